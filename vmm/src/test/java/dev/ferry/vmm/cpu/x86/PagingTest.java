package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.CpuState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Page tables in all formats; a page fault halts with what it is about. */
class PagingTest {

    private static final int TABLES = 0x100000;

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

    /** Identity for 4 MiB by small pages, with a gate for #PF to a HLT. */
    private CpuState paging32() {
        machine.put32(TABLES, (TABLES + 0x1000) | 7);
        for (int i = 0; i < 1024; i++) {
            machine.put32(TABLES + 0x1000 + 4 * i, i << 12 | 7);
        }
        machine.put64(0x4000, 0, 0x00cf9b000000ffffL, 0x00cf93000000ffffL);
        machine.put32(0x3000 + 8 * 14, 0x82000, 0x8e00).put(0x2000, 0xf4);
        CpuState state = TestMachine.flat32(0x1000);
        state.gdtBase = 0x4000;
        state.gdtLimit = 0x17;
        state.idtBase = 0x3000;
        state.idtLimit = 0x7ff;
        state.cr3 = TABLES;
        state.cr0 = 0x80010011L;
        return state;
    }

    private void entry(int page, int value) {
        machine.put32(TABLES + 0x1000 + 4 * page, value);
    }

    private int entry(int page) {
        return (int) machine.get(TABLES + 0x1000 + 4 * page, 4);
    }

    private int errorCode() {
        assertEquals(0x2001, saved().rip);
        return (int) machine.get(saved().regs[4], 4);
    }

    @Test
    void loadFromAnAbsentPageFaults() {
        entry(0x50, 0);
        machine.put(0x1000, "a123010500f4").run(paging32With(0x50, 0));
        assertEquals(0, errorCode());
        assertEquals(0x50123, saved().cr2);
        assertEquals(0x1000, machine.get(saved().regs[4] + 4, 4));
    }

    private CpuState paging32With(int page, int value) {
        CpuState state = paging32();
        entry(page, value);
        return state;
    }

    @Test
    void storeToAReadOnlyPageFaultsIfWriteProtectIsOn() {
        machine.put(0x1000, "a320010500f4").run(paging32With(0x50, 0x50005));
        assertEquals(3, errorCode());
    }

    @Test
    void storeToAReadOnlyPageWorksWithoutWriteProtect() {
        machine.put(0x1000, "b807000000a320010500f4");
        CpuState state = paging32With(0x50, 0x50005);
        state.cr0 &= ~0x10000L;
        machine.run(state);
        assertEquals(7, machine.get(0x50120, 4));
        assertEquals(0x50065, entry(0x50));
    }

    @Test
    void lockedReadModifyWriteFaultsAsAStore() {
        machine.put(0x1000, "f083052001050001f4").run(paging32With(0x50, 0));
        assertEquals(2, errorCode());
    }

    @Test
    void readModifyWriteFaultsAsALoadFirst() {
        machine.put(0x1000, "83052001050001f4").run(paging32With(0x50, 0));
        assertEquals(0, errorCode());
    }

    @Test
    void readModifyWriteOfAReadOnlyPageFaultsAsAStore() {
        machine.put(0x1000, "83052001050001f4").run(paging32With(0x50, 0x50005));
        assertEquals(3, errorCode());
    }

    @Test
    void accessedAndDirtyAreSetAsNeeded() {
        machine.put(0x1000, "a100000500a300100500f4").run(paging32());
        assertEquals(0x50027, entry(0x50));
        assertEquals(0x51067, entry(0x51));
        assertEquals(0x52007, entry(0x52));
    }

    @Test
    void dirtyIsSetByAStoreAfterALoad() {
        machine.put(0x1000, "a100000500a300000500f4").run(paging32());
        assertEquals(0x50067, entry(0x50));
    }

    @Test
    void storeAcrossAPageChangesNothingIfTheSecondFaults() {
        machine.put32(0x50ffc, 0x11111111)
                .put(0x1000, "b8ffffffffa3fe0f0500f4")
                .run(paging32With(0x51, 0));
        assertEquals(2, errorCode());
        assertEquals(0x51000, saved().cr2);
        assertEquals(0x11111111, machine.get(0x50ffc, 4));
    }

    @Test
    void accessAcrossPagesThatAreApartMeetsBoth() {
        CpuState state = paging32With(0x51, 0x60007);
        machine.put(0x1000, "b811223344a3fe0f05008b0dfe0f0500f4");
        machine.run(state);
        assertEquals(0x2211, machine.get(0x50ffe, 2));
        assertEquals(0x4433, machine.get(0x60000, 2));
        assertEquals(0x44332211, saved().regs[1]);
    }

    @Test
    void repeatedStringStopsWhereItFaults() {
        machine.put(0x1000, "bf000f0500b900020000b05afcf3aaf4");
        machine.run(paging32With(0x51, 0));
        assertEquals(0x51000, saved().regs[7]);
        assertEquals(0x100, saved().regs[1]);
        assertEquals(0x100d, machine.get(saved().regs[4] + 4, 4));
        assertEquals(0x5a, machine.get(0x50fff, 1));
    }

    @Test
    void invalidatedPageIsTranslatedAnew() {
        machine.put32(0x50000, 1).put32(0x60000, 2);
        machine.put(0x1000, "a100000500c70540111000070006000f013d000005008b0d00000500f4");
        machine.run(paging32());
        assertEquals(1, saved().regs[0]);
        assertEquals(2, saved().regs[1]);
    }

    @Test
    void largePageOf4MibIsOne() {
        CpuState state = paging32();
        state.cr4 = 0x10;
        machine.put32(TABLES + 4, 0x83); // 4 to 8 MiB: the first 4 again
        machine.put32(0x50000, 0x1234);
        machine.put(0x1000, "a100004500f4").run(state);
        assertEquals(0x1234, saved().regs[0]);
        assertEquals(0xa3, machine.get(TABLES + 4, 4));
    }

    @Test
    void reservedBitOfALargePageFaults() {
        CpuState state = paging32();
        state.cr4 = 0x10;
        machine.put32(TABLES + 4, 0x200083);
        machine.put(0x1000, "a100004500f4").run(state);
        assertEquals(9, errorCode());
    }

    @Test
    void physicalAddressExtensionWithNoExecute() {
        CpuState state = paging32();
        machine.put64(TABLES + 0x2000, (TABLES + 0x3000) | 1);
        machine.put64(TABLES + 0x3000, 0x83, 0x8000000000200083L);
        state.cr3 = TABLES + 0x2000;
        state.cr4 = 0x20;
        state.efer = 0x800;
        machine.put(0x200000, 0xf4);
        machine.put(0x1000, "a100002000bb00002000ffe3").run(state);
        assertEquals(0xf4, saved().regs[0]);
        assertEquals(0x11, errorCode());
        assertEquals(0x200000, saved().cr2);
        assertEquals(0x200000, machine.get(saved().regs[4] + 4, 4));
    }

    @Test
    void longModeReachesItsPagesThroughFourLevels() {
        CpuState state = machine.long64(0x1000);
        machine.put64(0x70000 + 8 * 0x1ff, 0x73007);
        machine.put64(0x73000 + 8 * 0x1fe, 0x74007);
        machine.put64(0x74000, 0x75007);
        machine.put64(0x75000, 0x123007);
        machine.put64(0x123458, 0x1122334455667788L);
        machine.put(0x1000, "48c7c058040080488b0848894808f4");
        machine.run(state);
        assertEquals(0x1122334455667788L, saved().regs[1]);
        assertEquals(0x1122334455667788L, machine.get(0x123460, 8));
        assertEquals(0x123067, machine.get(0x75000, 8));
    }

    @Test
    void addressLine20Wraps() {
        machine.put32(0x50000, 0xcafe);
        CpuState state = TestMachine.flat32(0x1000);
        state.a20 = false;
        machine.put(0x1000, "a100001500f4").run(state);
        assertEquals(0xcafe, saved().regs[0]);
    }
}
