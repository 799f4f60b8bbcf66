package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** A state that is saved somewhere in a loop, and loaded into another processor. */
class SaveLoadTest {

    /** A checksum over memory with every flag in use; then HLT. */
    private static final String LOOP =
            "b960ea000001c811c2c1d30319d69c5f31f80105000002000f9ac32739f00f4c" + "da4975e1f4";

    @RepeatedTest(6)
    void anotherProcessorGoesOnFromAnyPlace(RepetitionInfo repetition) throws InterruptedException {
        long seed = repetition.getCurrentRepetition();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        CpuState expected = new CpuState();
        long sum;
        try (TestMachine machine = new TestMachine()) {
            machine.put(0x1000, LOOP).run(TestMachine.flat32(0x1000));
            machine.cpu.save(expected);
            sum = machine.get(0x20000, 4);
        }
        try (TestMachine machine = new TestMachine()) {
            machine.put(0x1000, LOOP);
            CpuState state = TestMachine.flat32(0x1000);
            VcpuExit exit = VcpuExit.KICKED;
            X86Vcpu cpu = machine.cpu;
            while (exit == VcpuExit.KICKED) {
                cpu.load(state);
                X86Vcpu running = cpu;
                int spins = random.nextInt(20000);
                Thread kicker =
                        new Thread(() -> {
                            for (int i = 0; i < spins; i++) {
                                Thread.onSpinWait();
                            }
                            running.kick();
                        });
                kicker.start();
                exit = cpu.run();
                kicker.join();
                state = new CpuState();
                cpu.save(state);
                cpu = machine.add();
                state.waitForSipi = false;
            }
            assertEquals(VcpuExit.HALTED, exit);
            assertArrayEquals(expected.regs, state.regs, "seed " + seed);
            assertEquals(expected.rflags, state.rflags, "seed " + seed);
            assertEquals(expected.rip, state.rip, "seed " + seed);
            assertEquals(sum, machine.get(0x20000, 4), "seed " + seed);
        }
    }
}
