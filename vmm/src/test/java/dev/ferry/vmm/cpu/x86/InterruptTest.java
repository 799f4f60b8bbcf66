package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interrupts from outside, HLT, INIT and SIPI, and being stopped. */
class InterruptTest {

    private final TestMachine machine = new TestMachine();

    @AfterEach
    void close() {
        machine.close();
    }

    private CpuState saved() {
        CpuState state = new CpuState();
        machine.cpu.save(state);
        return state;
    }

    private CpuState real(int rip) {
        CpuState state = TestMachine.real(rip);
        state.idtLimit = 0x3ff;
        return state;
    }

    private void interrupt(int vector) {
        machine.host.vectors.add(vector);
        machine.cpu.raise(CpuRequest.HARD);
    }

    @Test
    void haltEndsWithAnInterruptAndGoesOnAfterIt() {
        machine.put(0x1000, "fbf443faf4").put(0x2000, "41cf").put32(0x40 * 4, 0x2000);
        machine.run(real(0x1000));
        assertFalse(machine.cpu.hasWork());
        interrupt(0x40);
        assertTrue(machine.cpu.hasWork());
        machine.run();
        assertEquals(1, saved().regs[1]);
        assertEquals(0x60fb1, saved().regs[2]);
        assertEquals(1, saved().regs[3]);
        assertTrue(saved().halted);
    }

    @Test
    void interruptThatIsMaskedDoesNotEndHalt() {
        machine.put(0x1000, "faf4").run(real(0x1000));
        interrupt(0x40);
        assertFalse(machine.cpu.hasWork());
        assertEquals(VcpuExit.HALTED, machine.cpu.run());
        assertEquals(0x1002, saved().rip);
    }

    @Test
    void instructionAfterStiComesFirst() {
        machine.put(0x1000, "fb4343f4").put(0x2000, "89d9faf4").put32(0x40 * 4, 0x2000);
        CpuState state = real(0x1000);
        machine.cpu.load(state);
        interrupt(0x40);
        machine.run();
        assertEquals(1, saved().regs[1]);
    }

    @Test
    void instructionAfterALoadOfSsComesFirst() {
        machine.put(0x1000, "b800018ed0bc341243f4").put(0x2000, 0xf4).put32(0x40 * 4, 0x2000);
        CpuState state = real(0x1003);
        state.regs[0] = 0x100;
        state.rflags = 0x202;
        state.interruptShadow = false;
        machine.cpu.load(state);
        machine.cpu.kick();
        machine.cpu.run();
        // MOV SS and, in its shadow, MOV SP: only then the interrupt.
        state.interruptShadow = true;
        state.rip = 0x1005;
        machine.cpu.load(state);
        interrupt(0x40);
        machine.run();
        assertEquals(0x1234 - 6, saved().regs[4]);
        assertEquals(0, saved().regs[3]);
    }

    @Test
    void nonMaskableInterruptComesOnceAtATime() {
        machine.put(0x1000, "faf4f4").put(0x2000, "43f4cf").put32(8, 0x2000);
        machine.run(real(0x1000));
        machine.cpu.raise(CpuRequest.NMI);
        machine.run();
        assertEquals(1, saved().regs[3]);
        assertTrue(saved().nmiInService);
        machine.cpu.raise(CpuRequest.NMI);
        assertFalse(machine.cpu.hasWork());
    }

    @Test
    void secondProcessorStartsWhereSipiSays() {
        X86Vcpu second = machine.add();
        assertEquals(VcpuExit.HALTED, second.run());
        assertFalse(second.hasWork());
        machine.put(0x9000, "8cc8f4");
        machine.host.sipi = 9;
        second.raise(CpuRequest.INIT);
        assertEquals(VcpuExit.HALTED, second.run());
        second.raise(CpuRequest.SIPI);
        assertEquals(VcpuExit.HALTED, second.run());
        CpuState state = new CpuState();
        second.save(state);
        assertEquals(0x900, state.regs[0]);
        assertEquals(3, state.rip);
        assertEquals(1, machine.host.inits.get());
    }

    @Test
    void kickStopsALoopOfOneJump() {
        machine.put(0x1000, 0xeb, 0xfe);
        machine.cpu.load(real(0x1000));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> kicked(1 << 20));
    }

    @Test
    void kickStopsARepeatedString() {
        machine.put(0x1000, "fcb9ffffffff31fff3aeebf5");
        machine.cpu.load(TestMachine.flat32(0x1000));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> kicked(1 << 10));
    }

    private void kicked(int spins) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            Thread kicker =
                    new Thread(() -> {
                        for (int k = 0; k < spins; k++) {
                            Thread.onSpinWait();
                        }
                        machine.cpu.kick();
                    });
            kicker.start();
            assertEquals(VcpuExit.KICKED, machine.cpu.run());
            kicker.join();
        }
    }

    @Test
    void kickBeforeRunEndsTheNextRunOnly() {
        machine.put(0x1000, 0xf4);
        machine.cpu.load(real(0x1000));
        machine.cpu.kick();
        assertEquals(VcpuExit.KICKED, machine.cpu.run());
        assertEquals(0x1000, saved().rip);
        assertEquals(VcpuExit.HALTED, machine.cpu.run());
    }
}
