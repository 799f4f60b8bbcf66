package dev.ferry.stream.ram;

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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a delta costs, against copying the page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class XbzrleBenchmark {

    private static final int PAGE = 4096;
    private static final int PAGES = 4096;

    /** How much of a page changed. */
    public enum Change {
        NONE,
        /** One word, as a counter does. */
        WORD,
        /** 16 words, here and there. */
        SCATTERED,
        /** All of it: an overflow. */
        ALL
    }

    @Param public Change change = Change.NONE;

    private final ByteBuffer old = ByteBuffer.allocateDirect(PAGES * PAGE);
    private final ByteBuffer fresh = ByteBuffer.allocateDirect(PAGES * PAGE);
    private final ByteBuffer delta = ByteBuffer.allocateDirect(PAGE);
    private final XbzrleEncoder encoder = new XbzrleEncoder(PAGE);

    public XbzrleBenchmark() {}

    @Setup
    public void make() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < PAGES * PAGE; i += 8) {
            old.putLong(i, random.nextLong());
        }
        fresh.put(0, old, 0, PAGES * PAGE);
        int words =
                switch (change) {
                    case NONE -> 0;
                    case WORD -> 1;
                    case SCATTERED -> 16;
                    case ALL -> PAGE / 8;
                };
        for (int page = 0; page < PAGES; page++) {
            for (int i = 0; i < words; i++) {
                int at = change == Change.ALL ? i : random.nextInt(PAGE / 8);
                fresh.putLong(page * PAGE + at * 8, random.nextLong());
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long encode() {
        long bytes = 0;
        for (int i = 0; i < PAGES; i++) {
            bytes += encoder.encode(old, i * PAGE, fresh, i * PAGE, delta);
        }
        return bytes;
    }

    /** The baseline: the page, copied. */
    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long copy() {
        for (int i = 0; i < PAGES; i++) {
            delta.put(0, fresh, i * PAGE, PAGE);
        }
        return delta.getLong(0);
    }
}
