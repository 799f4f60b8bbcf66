package dev.ferry.sev.packet;

import dev.ferry.sev.SevException;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a page costs when several cores share the work. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PacketPoolBenchmark {

    private static final int PAGES = 1024;

    @Param({"1", "2", "4"})
    public int threads;

    private final PacketBatch batch = new PacketBatch(PAGES);
    private PacketPool pool = new PacketPool(PacketVectors.keys(), 1);

    public PacketPoolBenchmark() {}

    @Setup
    public void make() {
        pool = new PacketPool(PacketVectors.keys(), threads);
        new SplittableRandom(1).nextBytes(batch.plain());
        pool.seal(batch, PAGES);
    }

    @TearDown
    public void end() {
        pool.close();
    }

    @Benchmark
    @OperationsPerInvocation(PAGES)
    public byte[] seal() {
        pool.seal(batch, PAGES);
        return batch.ciphertext();
    }

    @Benchmark
    @OperationsPerInvocation(PAGES)
    public byte[] open() throws SevException {
        pool.open(batch, PAGES);
        return batch.plain();
    }
}
