package dev.ferry.sev.firmware;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to encrypt a page for its address, and to read and write a word of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MemoryEncryptionBenchmark {

    private static final int PAGE = 4096;
    private static final int MEMORY = 1 << 20;

    private final MemoryEncryption engine = MemoryEncryption.random(new SecureRandom());
    private final byte[] page = new byte[PAGE];
    private final byte[] word = new byte[8];
    private final MemorySegment memory = Arena.ofAuto().allocate(MEMORY);
    private int at;

    public MemoryEncryptionBenchmark() {}

    @Benchmark
    public byte[] encryptPage() {
        engine.encrypt(next(PAGE), page, 0, PAGE);
        return page;
    }

    @Benchmark
    public byte[] decryptPage() {
        engine.decrypt(next(PAGE), page, 0, PAGE);
        return page;
    }

    @Benchmark
    public MemorySegment encryptMemory() {
        int offset = next(PAGE);
        engine.encrypt(offset, memory, offset, PAGE);
        return memory;
    }

    @Benchmark
    public byte[] readWord() {
        int offset = next(24);
        engine.read(offset, memory, offset, word, 0, word.length);
        return word;
    }

    @Benchmark
    public byte[] writeWord() {
        int offset = next(24);
        engine.write(offset, memory, offset, word, 0, word.length);
        return word;
    }

    private int next(int step) {
        at += step;
        if (at > MEMORY - PAGE) {
            at = 0;
        }
        return at;
    }
}
