package dev.ferry.vmm.memory;

import dev.ferry.vmm.posix.Posix;
import java.lang.foreign.MemorySegment;

/** Has the host back memory before it is needed: a page fault each is slow, and one at a time. */
final class PreTouch {

    /** Bytes that one thread takes at a time. */
    private static final long PIECE = 64 << 20;

    private PreTouch() {}

    static void touch(MemorySegment memory, int threads) {
        long pieces = (memory.byteSize() + PIECE - 1) / PIECE;
        int workers = (int) Math.clamp(threads, 1, pieces);
        Thread[] others = new Thread[workers - 1];
        for (int i = 0; i < others.length; i++) {
            int first = i + 1;
            others[i] =
                    Thread.ofPlatform()
                            .name("pre-touch-" + first)
                            .daemon()
                            .start(() -> touch(memory, first, workers, pieces));
        }
        touch(memory, 0, workers, pieces);
        boolean interrupted = false;
        for (Thread other : others) {
            while (other.isAlive()) {
                try {
                    other.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void touch(MemorySegment memory, int first, int stride, long pieces) {
        for (long piece = first; piece < pieces; piece += stride) {
            long at = piece * PIECE;
            MemorySegment part = memory.asSlice(at, Math.min(PIECE, memory.byteSize() - at));
            // Kernels before 5.14 do not know the advice.
            if (!Posix.available() || Posix.madvise(part, Posix.MADV_POPULATE_WRITE) != 0) {
                touchEach(part);
            }
        }
    }

    /** Stores to every page, atomically: a guest may be running already. */
    private static void touchEach(MemorySegment part) {
        for (long at = 0; at < part.byteSize(); at += PhysicalMemory.PAGE_BYTES) {
            int _ =
                    (int)
                            HostMemory.INT_ATOMIC.getAndBitwiseOr(
                                    HostMemory.ALL, part.address() + at, 0);
        }
    }
}
