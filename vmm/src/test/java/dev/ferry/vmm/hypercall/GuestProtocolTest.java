package dev.ferry.vmm.hypercall;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.region.MapGpaRange;
import dev.ferry.sev.region.MigrationControl;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GuestProtocolTest {

    private static final long FRAMES = 0x10000;
    private static final int MSR = MigrationControl.MSR_KVM_MIGRATION_CONTROL;
    private static final long SHARED = 0;
    private static final long PRIVATE = 0x10;

    private final List<List<GfnRange>> told = new ArrayList<>();
    private final GuestProtocol guest =
            GuestProtocol.sev(
                    new SevCpuid(51, 1),
                    false,
                    FRAMES,
                    MapGpaRange.Arguments.ATTRIBUTES,
                    told::add);

    @Test
    void cpuidTellsKvmAndItsFeatures() {
        int[] leaf = cpuid(guest, 0x40000000, 0, 0, 0, 0);
        assertEquals(0x40000001, leaf[0]);
        ByteBuffer name = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        name.putInt(leaf[1]).putInt(leaf[2]).putInt(leaf[3]);
        assertEquals("KVMKVMKVM\0\0\0", new String(name.array(), StandardCharsets.ISO_8859_1));
        assertArrayEquals(new int[] {0x30000, 0, 0, 0}, cpuid(guest, 0x40000001, 1, 2, 3, 4));
        assertArrayEquals(
                new int[] {0x1000009, 0, 0, 0},
                cpuid(GuestProtocol.plain(true), 0x40000001, 0, 0, 0, 0));
        assertArrayEquals(
                new int[] {5, 6, 7, 8}, cpuid(GuestProtocol.plain(false), 0x40000000, 5, 6, 7, 8));
    }

    @Test
    void cpuidTellsTheCBit() {
        assertArrayEquals(new int[] {2, 51 | 1 << 6, 0, 0}, cpuid(guest, 0x8000001f, 0, 0, 0, 0));
        assertEquals(0x8000001f, cpuid(guest, 0x80000000, 0x8000000a, 0, 0, 0)[0]);
        assertEquals(0x80000022, cpuid(guest, 0x80000000, 0x80000022, 0, 0, 0)[0]);
        assertArrayEquals(
                new int[] {1, 2, 3, 4}, cpuid(GuestProtocol.plain(true), 0x8000001f, 1, 2, 3, 4));
    }

    @Test
    void sevStatusCanBeReadOnly() {
        long[] value = new long[1];
        assertTrue(guest.readMsr(GuestProtocol.SEV_STATUS, value));
        assertEquals(1, value[0]);
        assertFalse(guest.writeMsr(GuestProtocol.SEV_STATUS, 1));
        assertFalse(GuestProtocol.plain(true).readMsr(GuestProtocol.SEV_STATUS, value));
    }

    @Test
    void migrationIsGatedByTheRegister() {
        assertTrue(guest.migrationBlocker().orElseThrow().startsWith("the guest has not enabled"));
        assertFalse(guest.writeMsr(MSR, 2), "reserved bit");
        assertTrue(guest.writeMsr(MSR, 1));
        assertEquals(Optional.empty(), guest.migrationBlocker());
        long[] value = new long[1];
        assertTrue(guest.readMsr(MSR, value));
        assertEquals(1, value[0]);
        assertTrue(guest.writeMsr(MSR, 0));
        assertTrue(guest.migrationBlocker().orElseThrow().startsWith("the guest has disabled"));
        assertEquals(Optional.empty(), GuestProtocol.plain(false).migrationBlocker());
        assertFalse(GuestProtocol.plain(false).writeMsr(MSR, 1));
    }

    @Test
    void resetMakesAllPrivateAndTellsWho() {
        call(0x4000, 4, SHARED);
        call(0x10000, 1, SHARED);
        guest.writeMsr(MSR, 1);
        told.clear();
        guest.reset();
        assertTrue(guest.regions().snapshot().isEmpty());
        assertTrue(guest.migrationBlocker().orElseThrow().startsWith("the guest has not enabled"));
        assertEquals(List.of(List.of(new GfnRange(4, 8), new GfnRange(0x10, 0x11))), told);
        guest.reset();
        assertEquals(1, told.size(), "nothing was shared any more");
    }

    @Test
    void aNewKernelMakesAllItsMemoryPrivateByHypercalls() {
        call(0x4000, 4, SHARED);
        guest.writeMsr(MSR, 1);
        guest.writeMsr(MSR, 0);
        assertEquals(0, call(0, 0xa0, PRIVATE));
        assertEquals(0, call(0x100000, FRAMES - 0x100, PRIVATE));
        assertTrue(guest.regions().snapshot().isEmpty());
        assertEquals(0, call(0x8000, 2, SHARED));
        assertEquals("[0x8-0xa]", guest.regions().toString());
    }

    @Test
    void malformedCallsGetTheKernelsErrorAndChangeNothing() {
        call(0x4000, 4, SHARED);
        told.clear();
        String before = guest.regions().toString();
        assertEquals(-22, call(0x4001, 1, SHARED), "unaligned");
        assertEquals(-22, call(0x4000, 0, SHARED), "no pages");
        assertEquals(-22, call(0x4000, -4, SHARED), "overflow");
        assertEquals(-22, call(0x4000, Long.MAX_VALUE, SHARED), "overflow");
        assertEquals(-22, call(0xfffffffffffff000L, 2, SHARED), "wraps");
        assertEquals(-22, call(0, FRAMES + 1, SHARED), "beyond memory");
        assertEquals(-22, call(0x4000, 1, 0x20), "reserved attribute");
        assertEquals(-22, call(0x4000, 1, 1L << 63 | PRIVATE), "reserved attribute");
        for (int cpl = 1; cpl <= 3; cpl++) {
            assertEquals(-1, guest.hypercall(0, 12, 0x4000, 1, PRIVATE, cpl, true), "not kernel");
            assertEquals(-1, guest.hypercall(0, 99, 0, 0, 0, cpl, true), "privilege comes first");
        }
        for (long number : new long[] {0, 1, 2, 5, 9, 11, 13, 0xc0000080L, 12L << 32, -1}) {
            assertEquals(-1000, guest.hypercall(0, number, 0, 1, 0, 0, true), "number " + number);
        }
        assertEquals(before, guest.regions().toString());
        assertEquals(List.of(), told);
        assertEquals(-1000, GuestProtocol.plain(true).hypercall(0, 12, 0, 1, 0, 0, true));
    }

    @Test
    void outside64BitModeRegistersHave32Bits() {
        assertEquals(
                0, guest.hypercall(0, 5L << 32 | 12, 7L << 32 | 0x5000, 9L << 32 | 1, 0, 0, false));
        assertEquals("[0x5-0x6]", guest.regions().toString());
        assertEquals(0xfffffc18L, guest.hypercall(0, 13, 0, 1, 0, 0, false), "-1000 in EAX");
        assertEquals(0xffffffeaL, guest.hypercall(0, 12, 1, 1, 0, 0, false), "-22 in EAX");
        assertEquals(0xffffffffL, guest.hypercall(0, 12, 0, 1, 0, 3, false), "-1 in EAX");
    }

    @Test
    void theOlderCallHasAStatusForAttributes() {
        GuestProtocol old =
                GuestProtocol.sev(
                        new SevCpuid(47, 5),
                        true,
                        FRAMES,
                        MapGpaRange.Arguments.STATUS,
                        PageStatusListener.NONE);
        assertEquals(0, old.hypercall(0, 12, 0x1000, 3, 0, 0, true));
        assertEquals(0, old.hypercall(0, 12, 0x2000, 1, 1, 0, true));
        assertEquals(-22, old.hypercall(0, 12, 0x2000, 1, 0x10, 0, true));
        assertEquals("[0x1-0x2, 0x3-0x4]", old.regions().toString());
    }

    @Test
    void theListIsWhatTheGuestWouldHaveWrittenDown() {
        long seed = 12;
        Random random = new Random(seed);
        BitSet record = new BitSet();
        for (int i = 0; i < 100_000; i++) {
            int start = random.nextInt((int) FRAMES);
            int pages = 1 + random.nextInt(Math.min(64, (int) FRAMES - start));
            boolean shared = random.nextBoolean();
            long hint = random.nextInt(3);
            assertEquals(0, call((long) start << 12, pages, hint | (shared ? SHARED : PRIVATE)));
            record.set(start, start + pages, shared);
        }
        BitSet listed = new BitSet();
        for (GfnRange range : guest.regions().snapshot()) {
            listed.set((int) range.start(), (int) range.end());
        }
        assertEquals(record, listed, "seed " + seed);
        BitSet changes = new BitSet();
        told.forEach(ranges -> ranges.forEach(r -> changes.flip((int) r.start(), (int) r.end())));
        assertEquals(record, changes, "every change was told, and nothing else; seed " + seed);
    }

    @Test
    void theDoorbellTakesRegistersAndLeavesTheResult() {
        long[] registers = new long[16];
        registers[1] = 2;
        registers[2] = SHARED;
        registers[3] = 0x7000;
        CallingVcpu vcpu = new CallingVcpu(registers);
        HypercallDoorbell doorbell = new HypercallDoorbell(guest, () -> vcpu);
        registers[0] = 12;
        doorbell.out(0, 4, 12);
        assertEquals(0, registers[0]);
        assertEquals("[0x7-0x9]", guest.regions().toString());
        doorbell.out(0, 4, 13);
        assertEquals(-1000, registers[0]);
        registers[0] = 5;
        doorbell.out(0, 1, 12);
        assertEquals(5, registers[0], "a byte is no call");
        new HypercallDoorbell(guest, () -> null).out(0, 4, 12);
        assertEquals(0, doorbell.in(0, 4));
    }

    private long call(long gpa, long pages, long attributes) {
        return guest.hypercall(0, 12, gpa, pages, attributes, 0, true);
    }

    private static int[] cpuid(GuestProtocol guest, int leaf, int... model) {
        int[] out = model.clone();
        guest.cpuid(leaf, out);
        return out;
    }
}
