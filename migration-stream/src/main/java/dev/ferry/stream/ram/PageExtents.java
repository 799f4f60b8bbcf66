package dev.ferry.stream.ram;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/** A buffer of bytes on their way into a file, with the place of each extent there. */
final class PageExtents {

    /** Bytes in one buffer. Writes below 512 KiB cost noticeably more. */
    static final int BYTES = 1 << 20;

    /** Extents in one buffer: one a page of 4 KiB, should no two be neighbours. */
    private static final int EXTENTS = BYTES / 4096;

    /** Unit of the search for zeros: what file systems allocate. */
    private static final int BLOCK = 4096;

    private final MemorySegment memory;
    private final ByteBuffer bytes;
    private final long[] fileOffsets = new long[EXTENTS];
    private final int[] ends = new int[EXTENTS];
    private int extents;
    private long fileEnd = -1;

    PageExtents(MemorySegment memory) {
        this.memory = memory;
        this.bytes = memory.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    MemorySegment memory() {
        return memory;
    }

    /** Bytes that are taken; more go behind them. */
    int used() {
        return extents == 0 ? 0 : ends[extents - 1];
    }

    int room() {
        return BYTES - used();
    }

    /** Whether there is room for bytes that belong at {@code fileOffset}. */
    boolean takes(long fileOffset) {
        return room() > 0 && (extents < EXTENTS || fileOffset == fileEnd);
    }

    /** The next {@code length} bytes, already in memory, belong at {@code fileOffset}. */
    void add(long fileOffset, int length) {
        int end = used() + length;
        if (extents == 0 || fileOffset != fileEnd) {
            fileOffsets[extents++] = fileOffset;
        }
        ends[extents - 1] = end;
        fileEnd = fileOffset + length;
    }

    void clear() {
        extents = 0;
        fileEnd = -1;
    }

    /** Writes everything but zeros. */
    void write(FileChannel file) throws IOException {
        int start = 0;
        for (int i = 0; i < extents; i++) {
            write(file, start, ends[i], fileOffsets[i]);
            start = ends[i];
        }
    }

    private void write(FileChannel file, int start, int end, long fileOffset) throws IOException {
        int from = start;
        for (int at = start; at < end; ) {
            // Pieces end where blocks of the file do.
            int next = (int) Math.min(end, at + BLOCK - (fileOffset + at - start) % BLOCK);
            if (zero(at, next)) {
                writeFully(file, from, at, fileOffset + from - start);
                from = next;
            }
            at = next;
        }
        writeFully(file, from, end, fileOffset + from - start);
    }

    private boolean zero(int start, int end) {
        int at = start;
        for (; at <= end - 8; at += 8) {
            if (bytes.getLong(at) != 0) {
                return false;
            }
        }
        for (; at < end; at++) {
            if (bytes.get(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private void writeFully(FileChannel file, int start, int end, long fileOffset)
            throws IOException {
        bytes.limit(end).position(start);
        long at = fileOffset;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
        bytes.clear();
    }
}
