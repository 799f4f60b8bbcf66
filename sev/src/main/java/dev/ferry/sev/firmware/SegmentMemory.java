package dev.ferry.sev.firmware;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Guest memory that is one segment. */
final class SegmentMemory implements GuestMemory {
    private final MemorySegment segment;
    private final long base;

    SegmentMemory(MemorySegment segment, long base) {
        this.segment = segment;
        this.base = base;
    }

    @Override
    public boolean contains(long address, long length) {
        long offset = address - base;
        return length >= 0
                && segment.isAccessibleBy(Thread.currentThread())
                && segment.scope().isAlive()
                && !segment.isReadOnly()
                && Long.compareUnsigned(address, base) >= 0
                && offset >= 0
                && offset <= segment.byteSize()
                && length <= segment.byteSize() - offset;
    }

    @Override
    public void read(long address, byte[] into, int at, int length) {
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, address - base, into, at, length);
    }

    @Override
    public void write(long address, byte[] from, int at, int length) {
        MemorySegment.copy(from, at, segment, ValueLayout.JAVA_BYTE, address - base, length);
    }
}
