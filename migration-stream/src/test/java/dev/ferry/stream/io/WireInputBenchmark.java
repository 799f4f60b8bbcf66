package dev.ferry.stream.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the pull reader costs for each word, against the buffer under it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WireInputBenchmark {

    private static final int WORDS = 1 << 18;

    private final byte[] stream = new byte[WORDS * Long.BYTES];

    public WireInputBenchmark() {
        new SplittableRandom(1).nextBytes(stream);
    }

    @Benchmark
    @OperationsPerInvocation(WORDS)
    public long u64() throws IOException {
        long sum = 0;
        try (WireInput in = new WireInput(new MemorySource("words", stream))) {
            for (int i = 0; i < WORDS; i++) {
                sum += in.u64("word");
            }
        }
        return sum;
    }

    /** The baseline: the same sum without bounds of a region, refills or places. */
    @Benchmark
    @OperationsPerInvocation(WORDS)
    public long byteBuffer() {
        long sum = 0;
        ByteBuffer words = ByteBuffer.wrap(stream);
        for (int i = 0; i < WORDS; i++) {
            sum += words.getLong();
        }
        return sum;
    }
}
