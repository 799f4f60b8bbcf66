package dev.ferry.stream.ram;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
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

/** What a page costs to read, against moving the same bytes through the same buffer. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RamSectionBenchmark {

    private static final int PAGE = 4096;
    private static final int PAGES = 16384;
    private static final long LENGTH = (long) PAGES * PAGE;

    /** What the guest's memory holds. */
    public enum Memory {
        ZERO,
        RANDOM,
        /** Every fourth page has content, as in a guest that uses a quarter of its memory. */
        MIXED
    }

    @Param public Memory memory = Memory.ZERO;

    private byte[] body = new byte[0];

    public RamSectionBenchmark() {}

    @Setup
    public void make() {
        ByteBuffer b = ByteBuffer.allocate(PAGES * (PAGE + 8) + 64);
        byte[] content = new byte[PAGE];
        new SplittableRandom(1).nextBytes(content);
        b.putLong(LENGTH | RamFlags.RAM_SAVE_FLAG_MEM_SIZE).put((byte) 1).put((byte) 'm');
        b.putLong(LENGTH);
        for (int i = 0; i < PAGES; i++) {
            boolean zero = memory == Memory.ZERO || (memory == Memory.MIXED && i % 4 != 0);
            int flag = zero ? RamFlags.RAM_SAVE_FLAG_ZERO : RamFlags.RAM_SAVE_FLAG_PAGE;
            b.putLong((long) i * PAGE | flag | (i == 0 ? 0 : RamFlags.RAM_SAVE_FLAG_CONTINUE));
            if (i == 0) {
                b.put((byte) 1).put((byte) 'm');
            }
            if (zero) {
                b.put((byte) 0);
            } else {
                b.put(content);
            }
        }
        b.putLong(RamFlags.RAM_SAVE_FLAG_EOS);
        body = Arrays.copyOf(b.array(), b.position());
    }

    /** Structure only, as {@code ferry inspect} reads. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long pass() throws IOException {
        return read(PageSink.NONE);
    }

    /** Into an image of the guest's memory. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long image() throws IOException {
        try (RamImage image = new RamImage()) {
            return read(image);
        }
    }

    /** The baseline: the bytes, and nothing made of them. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long move() throws IOException {
        try (WireInput in = new WireInput(new MemorySource("body", body))) {
            in.skip(body.length, "body");
            return in.offset();
        }
    }

    private long read(PageSink sink) throws IOException {
        RamState ram = new RamState(sink);
        ram.pageSize(PAGE);
        try (WireInput in = new WireInput(new MemorySource("body", body))) {
            new RamSectionReader(ram, Limits.DEFAULT, 0)
                    .readBody(in, RamFeatures.NONE, RamSync.NONE);
            return in.offset();
        }
    }
}
