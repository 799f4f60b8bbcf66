package dev.ferry.testdata;

import java.util.List;
import java.util.Optional;

/**
 * The connections of a capture. After a postcopy recovery channel 1 is a second main channel, and
 * with postcopy-preempt it carries the requested pages; otherwise further channels are multifd's.
 *
 * @param forward source to destination, in the order in which the source connected; the first is
 *     the main channel
 * @param reverse destination to source, by channel; a direction without a byte is left out
 */
public record Channels(List<FixtureFile> forward, List<FixtureFile> reverse) {

    public Channels {
        forward = List.copyOf(forward);
        reverse = List.copyOf(reverse);
    }

    /** The channel that carries the stream's header and its sections. */
    public FixtureFile main() {
        return forward.getFirst();
    }

    /** Every forward channel but the main one, in connect order. */
    public List<FixtureFile> further() {
        return forward.subList(1, forward.size());
    }

    /** What came back on one channel, if anything did. */
    public Optional<FixtureFile> reverseOf(int channel) {
        return reverse.stream().filter(file -> file.channel() == channel).findFirst();
    }
}
