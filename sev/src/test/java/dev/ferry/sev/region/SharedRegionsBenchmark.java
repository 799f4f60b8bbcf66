package dev.ferry.sev.region;

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

/** What it costs to ask for any page's status, and to change it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SharedRegionsBenchmark {

    private static final int ASKED = 1 << 16;
    private static final long STRIDE = 40;

    @Param({"100", "10000", "100000"})
    public int regions;

    private final SharedRegions shared = new SharedRegions();
    private final long[] frames = new long[ASKED];

    public SharedRegionsBenchmark() {}

    @Setup
    public void make() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < regions; i++) {
            long start = i * STRIDE + random.nextInt(16);
            shared.share(new GfnRange(start, start + 1 + random.nextInt(20)));
        }
        for (int i = 0; i < ASKED; i++) {
            frames[i] = random.nextLong(regions * STRIDE);
        }
    }

    /** Pages in no order. */
    @Benchmark
    @OperationsPerInvocation(ASKED)
    public int isShared() {
        int found = 0;
        for (long gfn : frames) {
            found += shared.isShared(gfn) ? 1 : 0;
        }
        return found;
    }

    /** A page in the middle of nowhere becomes shared and private again. */
    @Benchmark
    @OperationsPerInvocation(2 * ASKED)
    public int change() {
        int changed = 0;
        for (long gfn : frames) {
            GfnRange page = new GfnRange(gfn, gfn + 1);
            changed += shared.share(page).size();
            changed += shared.unshare(page).size();
        }
        return changed;
    }
}
