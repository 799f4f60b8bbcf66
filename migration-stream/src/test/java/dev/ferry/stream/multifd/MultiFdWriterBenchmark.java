package dev.ferry.stream.multifd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a page costs to write to multifd channels that take everything, against copying it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MultiFdWriterBenchmark {

    private static final int PAGE = 4096;
    private static final int RUN = 256;
    private static final int RUNS = 64;
    private static final int PAGES = RUN * RUNS;

    /** What the guest's memory holds. */
    public enum Memory {
        RANDOM,
        /** A few letters over and over, as much of a guest's memory looks. */
        TEXT
    }

    /** Where the bytes go. */
    private static final class Nowhere implements WritableByteChannel {
        @Override
        public int write(ByteBuffer src) {
            int n = src.remaining();
            src.position(src.limit());
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    @Param public Memory memory = Memory.RANDOM;

    @Param({"NONE", "ZSTD"})
    public MultiFdCompression compression = MultiFdCompression.NONE;

    @Param({"1", "4"})
    public int channels = 1;

    private final ByteBuffer copy = ByteBuffer.allocateDirect(RUN * PAGE);
    private byte[] pages = new byte[0];
    private ByteBuffer lent = copy;

    public MultiFdWriterBenchmark() {}

    @Setup
    public void make() {
        pages = new byte[RUN * PAGE];
        SplittableRandom random = new SplittableRandom(1);
        if (memory == Memory.RANDOM) {
            random.nextBytes(pages);
        } else {
            for (int i = 0; i < pages.length; i++) {
                pages[i] = (byte) ('a' + random.nextInt(8));
            }
        }
        lent = ByteBuffer.allocateDirect(pages.length).put(pages).flip();
    }

    /** A whole migration's channels, threads started and ended. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public MultiFdWriter write() throws IOException {
        List<Nowhere> outputs = new ArrayList<>();
        for (int i = 0; i < channels; i++) {
            outputs.add(new Nowhere());
        }
        try (MultiFdWriter writer =
                new MultiFdWriter(
                        outputs,
                        PAGE,
                        MultiFdOptions.DEFAULT.withCompression(compression),
                        (block, offset) -> {})) {
            PageFeeder feeder = new PageFeeder(writer, PAGE);
            for (int i = 0; i < RUNS; i++) {
                feeder.lend("a", 0, 0, RUN, lent);
            }
            writer.finish();
            return writer;
        }
    }

    /** The baseline: the bytes, copied once. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public ByteBuffer copy() {
        for (int i = 0; i < RUNS; i++) {
            copy.put(0, lent, 0, RUN * PAGE);
        }
        return copy;
    }
}
