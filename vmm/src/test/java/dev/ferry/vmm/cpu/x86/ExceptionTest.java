package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Exceptions through the IDT, and those that meet others on the way. */
class ExceptionTest {

    private static final int IDT = 0x3000;
    private static final int GDT = 0x4000;
    private static final int TSS = 0x5000;

    private final TestMachine machine = new TestMachine();

    @AfterEach
    void close() {
        machine.close();
    }

    /** Flat 32-bit segments for both levels, and a handler that halts for each vector in use. */
    private CpuState flat(int... vectors) {
        machine.put64(
                GDT,
                0,
                0x00cf9b000000ffffL,
                0x00cf93000000ffffL,
                0x00cffb000000ffffL,
                0x00cff3000000ffffL,
                0x0000890000000067L | (long) TSS << 16);
        machine.put32(TSS + 4, 0x9000, 0x10);
        for (int vector : vectors) {
            gate(vector, 0x2000 + 16 * vector, 0xee00);
            machine.put(0x2000 + 16 * vector, 0xf4);
        }
        CpuState state = TestMachine.flat32(0x1000);
        state.gdtBase = GDT;
        state.gdtLimit = 0x2f;
        state.idtBase = IDT;
        state.idtLimit = 0x7ff;
        state.tr.set(0x28, TSS, 0x67, 0x8b00);
        return state;
    }

    private void gate(int vector, int handler, int flags) {
        machine.put32(
                IDT + 8 * vector, 0x80000 | (handler & 0xffff), (handler & 0xffff0000) | flags);
    }

    private CpuState saved() {
        CpuState state = new CpuState();
        machine.cpu.save(state);
        return state;
    }

    /** What the handler finds on the stack. */
    private int stack(int index) {
        return (int) machine.get(saved().regs[4] + 4L * index, 4);
    }

    @Test
    void divisionByZeroPointsAtTheDivision() {
        // mov eax, 5; xor ecx, ecx; div ecx
        machine.put(0x1000, "b80500000031c9f7f1f4").run(flat(0));
        assertEquals(0x2001, saved().rip);
        assertEquals(0x1007, stack(0));
        assertEquals(8, stack(1));
    }

    @Test
    void undefinedInstructionIsNotedOnce() {
        // mov esp,0x8000; 0f 04 (none); the handler comes back to it once
        machine.put(0x1000, "0f04").put(0x2060, "4383fb027401cff4");
        machine.run(flatWithoutHandlers(6));
        assertEquals(2, saved().regs[3]);
        assertEquals(1, machine.host.notes.size());
        assertTrue(machine.host.notes.get(0).endsWith(": 0f 04"), machine.host.notes::toString);
        assertTrue(machine.host.notes.get(0).contains("0x1000"));
    }

    private CpuState flatWithoutHandlers(int vector) {
        byte[] handler = new byte[16];
        machine.space.read(0x2000 + 16L * vector, handler);
        CpuState state = flat(vector);
        machine.space.write(0x2000 + 16L * vector, handler);
        return state;
    }

    @Test
    void badSelectorIsItsErrorCode() {
        // mov ax, 0x53; mov ds, ax
        machine.put(0x1000, "66b853008ed8f4").run(flat(13));
        assertEquals(0x50, stack(0));
        assertEquals(0x1004, stack(1));
    }

    @Test
    void absentGateOfAFaultIsADoubleFault() {
        // #GP without a gate: two contributory exceptions
        machine.put(0x1000, "66b853008ed8f4").run(flat(8));
        assertEquals(0x2081, saved().rip);
        assertEquals(0, stack(0));
    }

    @Test
    void nothingToDeliverADoubleFaultWithIsShutdown() {
        machine.put(0x1000, "0f0b");
        machine.cpu.load(flat());
        assertEquals(VcpuExit.SHUTDOWN, machine.cpu.run());
    }

    @Test
    void interruptFromUserSwitchesToTheStackOfTheTask() {
        // to level 3 by IRET, then INT 0x30
        machine.put(0x1000, "6a23680070000068020200006a1b6814100000cfb834120000cd30f4");
        machine.run(flat(0x30, 13));
        CpuState now = saved();
        assertEquals(0x2301, now.rip);
        assertEquals(0x9000 - 20, now.regs[4]);
        assertEquals(0x1b, stack(1));
        assertEquals(0x202, stack(2));
        assertEquals(0x7000, stack(3));
        assertEquals(0x23, stack(4));
        assertEquals(0x10, now.segs[2].selector);
        assertEquals(0x1234, now.regs[0]);
    }

    @Test
    void privilegedInstructionOfAUserIsRefused() {
        machine.put(0x1000, "6a23680070000068020200006a1b6814100000cf90f4");
        machine.run(flat(13));
        assertEquals(0x20d1, saved().rip);
        assertEquals(0, stack(0));
        assertEquals((int) machine.get(0x9000 - 20, 4), stack(1));
    }

    @Test
    void returnFromInterruptComesBackWithTheFlags() {
        machine.put(0x1000, "f9cd3089c2f4").put(0x2300, "b807000000f8cf");
        CpuState state = flatWithoutHandlers(0x30);
        machine.run(state);
        assertEquals(7, saved().regs[2]);
        assertEquals(1, saved().rflags & 1);
    }

    @Test
    void singleStepTrapsAfterTheInstruction() {
        machine.put(0x1000, "9c810c24000100009d4040f4");
        machine.run(flat(1));
        assertEquals(1, saved().regs[0]);
        assertEquals(1 << 14, saved().dr[6] & 1 << 14);
    }

    @Test
    void realModeTakesItsVectorsFromTheTable() {
        machine.put(0x1000, "b80300cd2189c1f4").put(0x2000, "83c004cf").put32(0x21 * 4, 0x00002000);
        CpuState state = TestMachine.real(0x1000);
        state.idtLimit = 0x3ff;
        machine.run(state);
        assertEquals(7, saved().regs[1]);
        assertEquals(0x8000, saved().regs[4]);
    }

    @Test
    void realModeWordAtTheEndOfASegmentFaults() {
        machine.put(0x1000, "bbffff8b07f4").put(0x2000, 0xf4).put32(13 * 4, 0x00002000);
        CpuState state = TestMachine.real(0x1000);
        state.idtLimit = 0x3ff;
        machine.run(state);
        assertEquals(0x2001, saved().rip);
        assertEquals(0x1003, machine.get(saved().regs[4], 2));
    }

    @Test
    void taskSwitchByCallAndBackByReturn() {
        CpuState state = flat();
        int other = 0x6000;
        machine.put64(GDT + 0x28, 0x00008b0000000067L | (long) TSS << 16);
        machine.put64(GDT + 0x30, 0x0000890000000067L | (long) other << 16);
        state.gdtLimit = 0x37;
        machine.put32(other + 32, 0x1800, 0x2); // EIP, EFLAGS
        machine.put32(other + 56, 0x7800); // ESP
        machine.put32(other + 72, 0x10, 0x8, 0x10, 0x10, 0x10, 0x10);
        machine.put(0x1000, "bb050000009a00000000300043f4").put(0x1800, "bb63000000cf");
        machine.run(state);
        CpuState now = saved();
        assertEquals(6, now.regs[3]);
        assertEquals(0x28, now.tr.selector);
        assertEquals(99, machine.get(other + 52, 4));
        assertEquals(8, now.cr0 & 8);
    }

    @Test
    void virtual8086ModeFaultsIntoItsMonitor() {
        // IRET to V86, which runs CLI with IOPL 0
        machine.put(0x1000, "6a006a006a006a006a006800700000680200020068800100006a10cf")
                .put(0x1810, "b823018ed8faf4");
        machine.run(flat(13));
        CpuState now = saved();
        assertEquals(0x20d1, now.rip);
        assertEquals(0x123, now.regs[0]);
        assertEquals(0x15, stack(1));
        assertEquals(0x180, stack(2));
        assertEquals(0x20002, stack(3) & 0x20002);
        assertEquals(0, now.segs[3].selector);
        assertEquals(0, now.rflags & Flags.VM);
    }
}
