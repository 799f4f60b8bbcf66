package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.OptionalLong;
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

/**
 * What a page of 1 GiB costs to write, against moving its bytes through the same buffer. The bytes
 * go nowhere: what a file or a socket costs comes on top of both.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RamWriterBenchmark {

    private static final int PAGE = 4096;
    private static final int PAGES = 1 << 18;

    /** Pages in a run, as a reader's buffer holds them. */
    private static final int RUN = 63;

    /** What the pages hold. */
    public enum Memory {
        ZERO,
        RANDOM
    }

    @Param public Memory memory = Memory.ZERO;

    private final RamBlock block =
            new RamBlock(0, "pc.ram", (long) PAGES * PAGE, 0, OptionalLong.empty(), null);
    private final ByteBuffer window = ByteBuffer.allocateDirect(RUN * PAGE);

    public RamWriterBenchmark() {}

    @Setup
    public void make() {
        if (memory == Memory.RANDOM) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < RUN * PAGE; i += 8) {
                window.putLong(i, random.nextLong());
            }
        }
    }

    /** Runs as they are. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long runs() throws IOException {
        try (WireOutput out = new WireOutput(new Nowhere())) {
            RamSectionWriter writer = new RamSectionWriter(out, PAGE);
            PageRun run = new PageRun();
            run.pageSize(PAGE);
            for (int done = 0; done < PAGES; done += RUN) {
                next(run, done);
                writer.pages(run);
            }
            return out.offset();
        }
    }

    /** Runs through the sink that looks for zeros. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long sink() throws IOException {
        try (WireOutput out = new WireOutput(new Nowhere());
                EncodingPageSink sink =
                        EncodingPageSink.plain(new RamSectionWriter(out, PAGE), PAGE)) {
            sink.blocks(List.of(block), PAGE);
            PageRun run = new PageRun();
            run.pageSize(PAGE);
            for (int done = 0; done < PAGES; done += RUN) {
                next(run, done);
                sink.pages(run);
            }
            return out.offset();
        }
    }

    /** The baseline: the bytes of the pages, and nothing else. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long move() throws IOException {
        try (WireOutput out = new WireOutput(new Nowhere())) {
            for (int done = 0; done < PAGES; done += RUN) {
                for (int i = 0; i < Math.min(RUN, PAGES - done); i++) {
                    out.bytes(window, i * PAGE, PAGE);
                }
            }
            return out.offset();
        }
    }

    private void next(PageRun run, int done) {
        long offset = (long) done * PAGE;
        run.beginRaw(block, offset, PageKind.PLAIN, window, 0, PAGE, 0);
        run.count(Math.min(RUN, PAGES - done));
    }

    /** Takes everything. */
    private static final class Nowhere implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int n = bytes.remaining();
            bytes.position(bytes.limit());
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
