package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two processors on the same memory, and threads that take addresses away. */
class SharedMemoryTest {

    private final TestMachine machine = new TestMachine();

    @AfterEach
    void close() {
        machine.close();
    }

    private void both(String code) throws InterruptedException {
        X86Vcpu second = machine.add();
        machine.put(0x1000, code);
        X86Vcpu[] cpus = {machine.cpu, second};
        Thread[] threads = new Thread[2];
        VcpuExit[] exits = new VcpuExit[2];
        for (int i = 0; i < 2; i++) {
            int number = i;
            CpuState state = TestMachine.flat32(0x1000);
            state.regs[4] = 0x8000L + 0x1000L * i;
            cpus[i].load(state);
            threads[i] = new Thread(() -> exits[number] = cpus[number].run());
        }
        for (Thread thread : threads) {
            thread.start();
        }
        for (int i = 0; i < 2; i++) {
            threads[i].join();
            assertEquals(VcpuExit.HALTED, exits[i], cpus[i].failure());
        }
    }

    @Test
    void lockedInstructionsOfTwoProcessorsLoseNothing() throws InterruptedException {
        both(
                "b9400d0300f0ff0500000200f06683050600020001b802000000f00fc1050800"
                        + "0200f0fe050d000200f0831511000200014975d1f4");
        assertEquals(400000, machine.get(0x20000, 4));
        assertEquals(400000 & 0xffff, machine.get(0x20006, 2));
        assertEquals(800000, machine.get(0x20008, 4));
        assertEquals(400000 & 0xff, machine.get(0x2000d, 1));
        assertEquals(0, machine.get(0x2000c, 1));
    }

    @Test
    void spinLockKeepsProcessorsApart() throws InterruptedException {
        both(
                "b950c30000b80100000087050000020085c07409f390b801000000ebedff0500"
                        + "010200c70500000200000000004975d5f4");
        assertEquals(100000, machine.get(0x20100, 4));
    }

    @Test
    void compareAndExchangeOfEightBytesIsOneStep() throws InterruptedException {
        both(
                "be30750000a1000002008b150400020089c389d183c30183d101f00fc70d0000"
                        + "020075ec4e75def4");
        assertEquals(60000, machine.get(0x20000, 4));
        assertEquals(60000, machine.get(0x20004, 4));
    }

    @Test
    void addressesAreTakenBackWhileTheGuestStores() throws InterruptedException {
        machine.put(0x1000, "b9c0c62d00ff0500000200ff05000003004975f1f4");
        AtomicBoolean done = new AtomicBoolean();
        Thread taker =
                new Thread(() -> {
                    while (!done.get()) {
                        machine.space.dropAddresses(true);
                    }
                });
        taker.start();
        machine.run(TestMachine.flat32(0x1000));
        done.set(true);
        taker.join();
        assertEquals(3000000, machine.get(0x20000, 4));
        assertEquals(3000000, machine.get(0x30000, 4));
    }

    @Test
    void runningAllocatesNothing() {
        machine.put(
                0x1000,
                "bd14000000b9a0860100a10000020001c8a300000200505a39c2750c0fafc2c1"
                        + "e8034975e54d75ddf4");
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        machine.run(TestMachine.flat32(0x1000));
        CpuState state = TestMachine.flat32(0x1000);
        machine.cpu.load(state);
        machine.run(state);
        machine.cpu.load(state);
        long before = threads.getCurrentThreadAllocatedBytes();
        machine.cpu.run();
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        // 24 million instructions; a few blocks are decoded again after the load.
        assertEquals(0, bytes / 1_000_000, () -> "allocated " + bytes + " bytes");
    }
}
