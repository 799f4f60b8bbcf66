package dev.ferry.vmm.sev;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A number for some of the guest page frames. Read by any thread at any time; changed by one at a
 * time.
 */
final class FrameTable {

    /** What is found for a frame without a number. */
    static final int NONE = -1;

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /** Numbers plus 1; 0 is none. */
    private final AtomicReferenceArray<@Nullable AtomicIntegerArray> chunks;

    FrameTable(long frames) {
        chunks = new AtomicReferenceArray<>(Math.toIntExact((frames + CHUNK - 1) >>> CHUNK_BITS));
    }

    int get(long frame) {
        AtomicIntegerArray chunk = chunk(frame);
        return chunk == null ? NONE : chunk.get((int) frame & (CHUNK - 1)) - 1;
    }

    /** The first frame from {@code from} on that may have a number; not beyond {@code end}. */
    long next(long from, long end) {
        long frame = from;
        while (frame < end && chunk(frame) == null) {
            frame = (frame | (CHUNK - 1)) + 1;
        }
        return Math.min(frame, end);
    }

    void put(long frame, int number) {
        int index = (int) (frame >>> CHUNK_BITS);
        AtomicIntegerArray chunk = chunks.get(index);
        if (chunk == null) {
            chunk = new AtomicIntegerArray(CHUNK);
            chunks.set(index, chunk);
        }
        chunk.set((int) frame & (CHUNK - 1), number + 1);
    }

    void remove(long frame) {
        AtomicIntegerArray chunk = chunk(frame);
        if (chunk != null) {
            chunk.set((int) frame & (CHUNK - 1), 0);
        }
    }

    private @Nullable AtomicIntegerArray chunk(long frame) {
        long index = frame >>> CHUNK_BITS;
        return index >= 0 && index < chunks.length() ? chunks.get((int) index) : null;
    }
}
