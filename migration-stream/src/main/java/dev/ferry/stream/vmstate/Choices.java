package dev.ferry.stream.vmstate;

import java.util.Arrays;

/**
 * The ways through a decoding whose course is not certain, one after the other: each pass asks
 * {@link #choose} at the same places as the pass before, up to the last place that had another
 * alternative left.
 */
final class Choices {

    private int[] taken = new int[8];
    private int[] alternatives = new int[8];
    private int known;
    private int position;

    /** The alternative to take at this place, from 0; the first pass always takes the first. */
    int choose(int count) {
        if (position == known) {
            if (known == taken.length) {
                taken = Arrays.copyOf(taken, known * 2);
                alternatives = Arrays.copyOf(alternatives, known * 2);
            }
            taken[known] = 0;
            alternatives[known] = count;
            known++;
        }
        return taken[position++];
    }

    /** Goes on to the next way; false if there is none. */
    boolean next() {
        // only places the last pass came to can have made it fail
        known = position;
        while (known > 0 && taken[known - 1] + 1 >= alternatives[known - 1]) {
            known--;
        }
        position = 0;
        if (known == 0) {
            return false;
        }
        taken[known - 1]++;
        return true;
    }
}
