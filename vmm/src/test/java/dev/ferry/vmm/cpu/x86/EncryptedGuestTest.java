package dev.ferry.vmm.cpu.x86;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.TlbOwner;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which accesses of a guest with encrypted memory are private. */
class EncryptedGuestTest {

    private static final int C_BIT = 47;

    /** Notes for each page how it was asked for. */
    private static final class Recorded implements PhysicalMemory {

        private final PhysicalMemory memory;
        final Map<Long, String> pages = new TreeMap<>();

        Recorded(PhysicalMemory memory) {
            this.memory = memory;
        }

        private void note(long page, boolean encrypted) {
            String how = encrypted ? "private" : "shared";
            pages.merge(page, how, (a, b) -> a.contains(b) ? a : a + " and " + b);
        }

        @Override
        public long readable(long page, boolean encrypted) {
            note(page, encrypted);
            return memory.readable(page, encrypted);
        }

        @Override
        public long writable(long page, boolean encrypted) {
            note(page, encrypted);
            return memory.writable(page, encrypted);
        }

        @Override
        public long load(long address, int size, boolean encrypted) {
            note(address & ~0xfffL, encrypted);
            return memory.load(address, size, encrypted);
        }

        @Override
        public void store(long address, int size, long value, boolean encrypted) {
            note(address & ~0xfffL, encrypted);
            memory.store(address, size, value, encrypted);
        }

        @Override
        public void watchCode(long page) {
            memory.watchCode(page);
        }

        @Override
        public void unwatchCode(long page) {
            memory.unwatchCode(page);
        }

        @Override
        public void add(TlbOwner owner) {
            memory.add(owner);
        }

        @Override
        public void remove(TlbOwner owner) {
            memory.remove(owner);
        }
    }

    private static Map<Long, String> run(TestMachine machine, CpuState state) {
        Recorded recorded = new Recorded(machine.space.view());
        Interpreter interpreter = new Interpreter(CpuModel.parse("max"), new EncryptionMode(C_BIT));
        try (X86Vcpu cpu = (X86Vcpu) interpreter.vcpu(0, recorded, machine.host)) {
            cpu.load(state);
            assertEquals(VcpuExit.HALTED, cpu.run(), cpu::failure);
        }
        return recorded.pages;
    }

    @Test
    void everythingIsPrivateBeforePaging() {
        try (TestMachine machine = new TestMachine()) {
            machine.put(0x1000, "a3000005008b0d00000600f4");
            assertEquals(
                    Map.of(0x1000L, "private", 0x50000L, "private", 0x60000L, "private"),
                    run(machine, TestMachine.flat32(0x1000)));
        }
    }

    @Test
    void pageTableEntrySaysWhatDataIsAndWalksAndFetchesArePrivate() {
        try (TestMachine machine = new TestMachine()) {
            CpuState state = machine.long64(0x1000);
            // Small pages for the first 2 MiB: 0x51 has the C-bit, 0x50 and the code have not.
            machine.put64(0x72000, 0x73007);
            for (int i = 0; i < 512; i++) {
                machine.put64(0x73000 + 8L * i, ((long) i << 12) | 7);
            }
            machine.put64(0x73000 + 8 * 0x51, 0x51007 | 1L << C_BIT);
            machine.put(0x1000, "89042500000500890425001005008b0c2500200500f4");
            Map<Long, String> pages = run(machine, state);
            assertEquals("private", pages.getOrDefault(0x1000L, "not at all"));
            assertEquals("shared", pages.getOrDefault(0x50000L, "not at all"));
            assertEquals("private", pages.getOrDefault(0x51000L, "not at all"));
            assertEquals("shared", pages.getOrDefault(0x52000L, "not at all"));
            for (long table = 0x70000; table <= 0x73000; table += 0x1000) {
                assertEquals("private", pages.getOrDefault(table, "not at all"));
            }
        }
    }
}
