package dev.ferry.sev.firmware;

import java.lang.foreign.MemorySegment;

/**
 * The memory a guest lives in, as the host sees it: private pages are ciphertext. Addresses are
 * those that commands name.
 *
 * <p>Used by many threads at once.
 */
public interface GuestMemory {

    /**
     * Whether all of these bytes are memory; false for any range that is not, overflow included.
     */
    boolean contains(long address, long length);

    /** Copies bytes that {@link #contains} has answered for. */
    void read(long address, byte[] into, int at, int length);

    /** Copies bytes to where {@link #contains} has answered for. */
    void write(long address, byte[] from, int at, int length);

    /**
     * One segment.
     *
     * @param base the address of its first byte
     */
    static GuestMemory of(MemorySegment segment, long base) {
        return new SegmentMemory(segment, base);
    }
}
