package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.CpuState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stores to instructions that are decoded, being run, or made a class of. */
class SelfModifyingCodeTest {

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

    @Test
    void nextInstructionOfTheSameBlockIsTheNewOne() {
        // The immediate of the next MOV is stored to right before it.
        machine.put(0x1000, "c6050810000042b81100000041f4");
        machine.run(TestMachine.flat32(0x1000));
        assertEquals(0x42, saved().regs[0]);
        assertEquals(1, saved().regs[1]);
    }

    @Test
    void loopThatChangesItselfCountsRight() {
        // The immediate of ADD goes up with each turn: 0 + 1 + ... + 99 (mod 256 per byte).
        machine.put(0x1000, "b96400000031c00500332211fe05081000004975f2f4");
        machine.run(TestMachine.flat32(0x1000));
        int expected = 0;
        for (int i = 0; i < 100; i++) {
            expected += 0x11223300 + i;
        }
        assertEquals(expected & 0xffffffffL, saved().regs[0]);
    }

    @Test
    void hotLoopThatChangesItselfLateIsLeft() {
        // After 20000 turns the loop makes its INC a DEC, and goes on for as many.
        machine.put(0x1000, "b9409c00004081f9214e00007507c60505100000484975edf4");
        machine.run(TestMachine.flat32(0x1000));
        assertEquals(0, saved().regs[0]);
    }

    @Test
    void repeatedStoreOverWhatFollowsIsSeen() {
        machine.put(0x1000, "bf0f100000b908000000b040fcf3aa9090909090909090f4");
        CpuState state = TestMachine.flat32(0x1000);
        machine.run(state);
        assertEquals(0x40 + 8, saved().regs[0]); // eight times INC EAX
    }

    @Test
    void codeOnTwoPagesIsSeenToChangeOnBoth() {
        machine.put(0x1ffd, "b811111111c3");
        machine.put(0x3000, "befd1f0000ffd689c3c6050120000099ffd6f4");
        machine.run(TestMachine.flat32(0x3000));
        assertEquals(0x11111111, saved().regs[3]);
        assertEquals(0x99111111L, saved().regs[0]);
    }

    @Test
    void codeThatADeviceStoresIsSeen() {
        machine.put(0x1000, "b801000000f4").run(TestMachine.flat32(0x1000));
        machine.put(0x1001, 0x22);
        machine.run(TestMachine.flat32(0x1000));
        assertEquals(0x22, saved().regs[0]);
    }

    @Test
    void pageThatWasCodeBecomesDataAndCodeAgain() {
        // A RET is called, then the page is filled 50 times over, then another one is called.
        machine.put(
                0x1000,
                "c60500500000c3be00500000ffd6ba32000000bf00500000b940000000891783"
                        + "c7044975f84a75ebc705005000004242c300ffd6c70500500000904ac300ffd6"
                        + "f4");
        machine.run(TestMachine.flat32(0x1000));
        assertEquals(1, saved().regs[2]);
        assertEquals(0xc34a90, machine.get(0x5000, 4));
    }

    @Test
    void dataBesideCodeIsStoredWithoutLosingIt() {
        machine.put(0x1000, "b910270000830515100000034975f6a115100000f405000000");
        machine.run(TestMachine.flat32(0x1000));
        assertEquals(30005, saved().regs[0]);
    }
}
