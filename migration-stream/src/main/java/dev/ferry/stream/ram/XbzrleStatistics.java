package dev.ferry.stream.ram;

/** What XBZRLE was good for, as QEMU's {@code query-migrate} counts it. */
public final class XbzrleStatistics {

    /** Encoding number and length, before each delta. */
    private static final int HEAD = 3;

    private long hits;
    private long deltas;
    private long misses;
    private long overflows;
    private long bytes;

    /** Counts nothing yet. */
    public XbzrleStatistics() {}

    void countMiss() {
        misses++;
    }

    void countOverflow(int pageBytes) {
        hits++;
        overflows++;
        bytes += pageBytes;
    }

    void countDelta(int length) {
        hits++;
        deltas++;
        bytes += HEAD + length;
    }

    void countUnchanged() {
        hits++;
    }

    /** Pages that the cache had: QEMU's {@code pages}. */
    public long hits() {
        return hits;
    }

    /** Pages sent as deltas: hits that had changed and did not overflow. */
    public long deltas() {
        return deltas;
    }

    /** Pages that the cache did not have: {@code cache-miss}. */
    public long misses() {
        return misses;
    }

    /** Pages whose delta was longer than they: {@code overflow}. */
    public long overflows() {
        return overflows;
    }

    /** Bytes of deltas with their heads, and of pages that overflowed: {@code bytes}. */
    public long bytes() {
        return bytes;
    }
}
