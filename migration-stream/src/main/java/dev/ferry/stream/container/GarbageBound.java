package dev.ferry.stream.container;

/**
 * Has garbage collected that a collector would let lie.
 *
 * <p>The bzip2 library takes several MB of arrays for each stream and gives them up at its end.
 * They are too large for the young generation; the serial collector lets the heap grow to its very
 * limit before it looks for them elsewhere, and a file of many streams would take a gigabyte.
 */
final class GarbageBound {

    private static final long MOST = 24 << 20;

    /** The least that was ever in use since the first stream: what is no garbage. */
    private static long floor = used();

    private GarbageBound() {}

    /** Called when a stream has ended, by any thread. */
    static synchronized void check() {
        long used = used();
        if (used > floor + MOST) {
            System.gc();
            used = used();
            floor = used;
        }
        floor = Math.min(floor, used);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
