package dev.ferry.stream.vmstate;

import java.util.Arrays;

/**
 * The field being read, as a breadcrumb: {@code env.segs[3].base}. Kept while decoding, spelled out
 * only when an error asks.
 */
final class FieldPath {

    private static final int NO_INDEX = -1;

    private String[] names = new String[16];
    private int[] indexes = new int[16];
    private int depth;

    void push(String name) {
        if (depth == names.length) {
            names = Arrays.copyOf(names, depth * 2);
            indexes = Arrays.copyOf(indexes, depth * 2);
        }
        names[depth] = name;
        indexes[depth] = NO_INDEX;
        depth++;
    }

    /** Says which element of the innermost name is being read. */
    void index(int index) {
        indexes[depth - 1] = index;
    }

    void pop() {
        depth--;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            if (i > 0) {
                text.append('.');
            }
            text.append(names[i]);
            if (indexes[i] != NO_INDEX) {
                text.append('[').append(indexes[i]).append(']');
            }
        }
        return text.toString();
    }
}
