package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.ferry.stream.testing.Heap;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What guest memory costs while it is written: the batches, however slow the channels are. */
class MultiFdWriterMemoryTest {

    private static final int PAGES = 128;

    /** Counts bytes; lets the first through, the rest only when the gate is opened. */
    private static final class GatedChannel implements WritableByteChannel {
        private final Semaphore gate;
        private final AtomicLong bytes = new AtomicLong();

        GatedChannel(Semaphore gate) {
            this.gate = gate;
        }

        @Override
        public int write(ByteBuffer src) {
            gate.acquireUninterruptibly();
            gate.release();
            int n = src.remaining();
            src.position(src.limit());
            bytes.addAndGet(n);
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static long direct() {
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            if (pool.getName().equals("direct")) {
                return pool.getMemoryUsed();
            }
        }
        throw new AssertionError("no direct buffers");
    }

    private static byte[] noise() {
        byte[] pages = new byte[PAGES * 4096];
        new SplittableRandom(1).nextBytes(pages);
        return pages;
    }

    private static List<GatedChannel> channels(int count, Semaphore gate) {
        List<GatedChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            channels.add(new GatedChannel(gate));
        }
        return channels;
    }

    /** Channels that take nothing hold the caller back; nothing piles up. */
    @Test
    void slowChannelsHoldTheCallerBack() throws Exception {
        Semaphore gate = new Semaphore(0);
        byte[] pages = noise();
        AtomicLong runs = new AtomicLong();
        int count = 4;
        List<GatedChannel> channels = channels(count, gate);
        try (MultiFdWriter writer =
                new MultiFdWriter(channels, 4096, MultiFdOptions.DEFAULT, (b, o) -> {})) {
            PageFeeder feeder = new PageFeeder(writer);
            Thread caller =
                    Thread.ofPlatform()
                            .start(() -> {
                                try {
                                    for (int i = 0; i < 200; i++) {
                                        feeder.content("a", 0, 0, PAGES, pages);
                                        runs.incrementAndGet();
                                    }
                                } catch (java.io.IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            });
            while (caller.isAlive() && caller.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            // One batch is held by each channel and those that may wait are all taken.
            assertTrue(runs.get() <= 2 * count + 2, runs + " runs were taken");
            gate.release();
            caller.join();
            writer.finish();
        }
        long written = channels.stream().mapToLong(c -> c.bytes.get()).sum();
        assertTrue(written > 200L * pages.length, written + " bytes");
    }

    @Test
    void gigabytesTakeAFewMegabytes() throws Exception {
        byte[] pages = noise();
        int runs = 4000;
        long before = direct();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (MultiFdWriter writer =
                new MultiFdWriter(
                        channels(2, new Semaphore(1)),
                        4096,
                        MultiFdOptions.DEFAULT,
                        (b, o) -> {})) {
            PageFeeder feeder = new PageFeeder(writer);
            for (int i = 0; i < 100; i++) {
                feeder.content("a", 0, 0, PAGES, pages);
            }
            long heapOfAll = threads.getTotalThreadAllocatedBytes();
            long heap =
                    Heap.allocatedBy(() -> {
                        for (int i = 0; i < runs; i++) {
                            feeder.content("a", 0, 0, PAGES, pages);
                        }
                    });
            heapOfAll = threads.getTotalThreadAllocatedBytes() - heapOfAll;
            writer.finish();
            long took = direct() - before;
            assertTrue(took < 8 << 20, took + " bytes outside the heap");
            assertTrue(heap < 4L * PAGES * runs, heap + " bytes on the heap of the caller");
            assertTrue(heapOfAll < 8L * PAGES * runs, heapOfAll + " bytes on the heap");
        }
    }
}
