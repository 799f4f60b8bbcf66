package dev.ferry.tools.diff;

import dev.ferry.stream.ram.RamBlock;
import org.jspecify.annotations.Nullable;

/**
 * A block of guest memory on both sides.
 *
 * @param a here, null if it is not there
 * @param b there, null if it is not there
 * @param pages how many were compared
 * @param differing how many of them differ
 * @param undetermined how many cannot be told
 * @param ranges in how many runs of neighbours the differing ones lie
 * @param note why pages cannot be told, or null
 */
record BlockDiff(
        @Nullable RamBlock a,
        @Nullable RamBlock b,
        long pages,
        long differing,
        long undetermined,
        long ranges,
        @Nullable String note) {

    String id() {
        RamBlock one = a != null ? a : b;
        return one == null ? "" : one.id();
    }

    /** Whether both have it, equally long. */
    boolean sameShape() {
        return a != null && b != null && a.usedLength() == b.usedLength();
    }
}
