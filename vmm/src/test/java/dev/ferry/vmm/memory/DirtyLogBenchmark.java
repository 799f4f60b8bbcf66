package dev.ferry.vmm.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What syncing the log of a 64 GiB guest costs, and logging a page. */
@BenchmarkMode(Mode.AverageTime)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DirtyLogBenchmark {

    private static final long BYTES = 64L << 30;
    private static final int PAGE = PhysicalMemory.PAGE_BYTES;

    /** A guest that nobody touches: no memory is behind it. */
    @State(Scope.Thread)
    public static class Guest {
        final RamBlock block;
        final VcpuMemory view;
        final DirtyLog log;
        final long[] bitmap = new long[(int) (BYTES / PAGE / 64)];

        public Guest() {
            try {
                block = new RamBlock("ram", BYTES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            AddressSpace space = new AddressSpace(new ReentrantLock());
            space.addRam(block, 0, 0, 2L << 30);
            space.addRam(block, 4L << 30, 2L << 30, BYTES - (2L << 30));
            view = space.view();
            log = block.dirtyLog();
            log.enable(DirtyClient.MIGRATION);
        }

        @TearDown
        public void close() {
            block.close();
        }
    }

    /** Which of the pages are dirty. */
    @State(Scope.Thread)
    public static class Dirty {
        /** One page of so many. */
        @Param({"1", "64", "4096", "16777216"})
        public long every = 1;

        @Setup(Level.Invocation)
        public void mark(Guest guest) {
            if (every == 1) {
                guest.log.mark(0, BYTES);
            } else {
                for (long at = 0; at < BYTES; at += every * PAGE) {
                    guest.log.mark(at, 1);
                }
            }
        }
    }

    /** The pages found go into a bitmap and are counted. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.MICROSECONDS)
    public long sync(Guest guest, Dirty dirty) {
        return guest.log.sync(DirtyClient.MIGRATION, guest.bitmap);
    }

    /** A page to write to that was not dirty, here and there in the guest; cleared again. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long writablePage(Guest guest, Walk walk) {
        long gpa = walk.next();
        return guest.view.writable(gpa, false);
    }

    /** The same without a log. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public long readablePage(Guest guest, Walk walk) {
        return guest.view.readable(walk.next(), false);
    }

    /** One store of the slow path, which is logged. */
    @Benchmark
    @OutputTimeUnit(TimeUnit.NANOSECONDS)
    public void slowStore(Guest guest, Walk walk) {
        guest.view.store(0x1000 + (walk.next() & 0xff8), 8, 1, false);
    }

    /** Pages in an order that caches do not guess, all of them before one comes again. */
    @State(Scope.Thread)
    public static class Walk {
        private long at;

        long next() {
            at = (at + 1_000_003L * PAGE) & ((32L << 30) - 1);
            return at + (4L << 30);
        }
    }
}
