package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
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

/**
 * Guest instructions a second, in millions, of loops that end in HLT: with classes made of them,
 * and in the plain interpretation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class InterpreterBenchmark {

    /** Instructions each loop executes, but for a few. */
    private static final int INSTRUCTIONS = 3_000_000;

    /** Guest loops of 32-bit code; each runs {@link #INSTRUCTIONS}. */
    public enum Loop {
        /** One byte of each of 256 pages. */
        DIRTY("ba660b0000bb00001000b900010000fe0381c3001000004975f54a75e8f4"),
        /** Registers only. */
        ARITHMETIC("b920a1070001c831c2c1c2058d1c504975f3f4"),
        /** Calls and the stack. */
        CALLS("b915160500e8040000004975f8f45389cb01d85b90c3");

        final String code;

        Loop(String code) {
            this.code = code;
        }
    }

    @Param public Loop loop = Loop.DIRTY;

    @Param({"true", "false"})
    public boolean classes;

    private final CpuState state = TestMachine.flat32(0x1000);
    private TestMachine machine = new TestMachine();

    /** A machine with the loop in memory. */
    @Setup
    public void start() {
        machine.close();
        machine =
                new TestMachine(
                        new Interpreter(CpuModel.qemu64(), null, classes ? HotCode.THRESHOLD : 0),
                        4 << 20);
        machine.put(0x1000, loop.code);
        machine.cpu.load(state);
    }

    /** Closes it. */
    @TearDown
    public void stop() {
        machine.close();
    }

    /** Runs the loop once. */
    @Benchmark
    @OperationsPerInvocation(INSTRUCTIONS)
    public VcpuExit instructions() {
        X86Vcpu cpu = machine.cpu;
        cpu.rip = 0x1000;
        cpu.halted = false;
        cpu.attend();
        return cpu.run();
    }
}
