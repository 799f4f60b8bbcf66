package dev.ferry.vmm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressSpaceTest {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;

    private final ReentrantLock lock = new ReentrantLock();
    private final AddressSpace space = new AddressSpace(lock);
    private final RecordingDevice device = new RecordingDevice(lock);
    private final List<String> strays = new ArrayList<>();
    private RamBlock ram;
    private RamBlock rom;
    private VcpuMemory view;

    @BeforeEach
    void makeMemory() throws IOException {
        ram = new RamBlock("ram", 64 * PAGE);
        rom = new RamBlock("rom", 4 * PAGE, true, new Backing.Anonymous());
        space.addRam(ram, 0, 0, ram.size());
        space.addRom(rom, 0xffffc000L, 0, rom.size());
        view = space.view();
        view.onStray((what, gpa, size) -> strays.add(what + " %x.%d".formatted(gpa, size)));
    }

    @AfterEach
    void closeMemory() {
        ram.close();
        rom.close();
    }

    @Test
    void ramIsReachedDirectlyAndOneByOne() {
        long host = view.writable(3 * PAGE, false);
        assertEquals(ram.address() + 3 * PAGE, host);
        assertEquals(host, view.readable(3 * PAGE, false));
        for (int size : new int[] {1, 2, 4, 8}) {
            view.store(3 * PAGE + 8, 8, 0, false);
            view.store(3 * PAGE + 8, size, 0xf1f2f3f4f5f6f7f8L, false);
            long expected = HostBytes.low(0xf1f2f3f4f5f6f7f8L, size);
            assertEquals(expected, view.load(3 * PAGE + 8, size, false));
            assertEquals(expected, HostMemory.getLong(host + 8));
            assertEquals(expected, space.load(3 * PAGE + 8, 8));
        }
    }

    @Test
    void romIsReadDirectlyAndKeepsItsBytes() {
        space.writeRom(0xffffc010L, MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
        assertEquals(rom.address(), view.readable(0xffffc000L, false));
        assertEquals(0, view.writable(0xffffc000L, false));
        view.store(0xffffc010L, 4, 0, false);
        space.write(0xffffc010L, new byte[4]);
        assertEquals(0x04030201, view.load(0xffffc010L, 4, false));
        view.store(0xffffc018L, 8, 1, false);
        assertEquals(List.of("store to ROM ffffc010.4"), strays);
    }

    @Test
    void nothingReadsAsAllOnesAndIsReportedOnceForAPage() {
        assertEquals(0, view.readable(0xe0000000L, false));
        assertEquals(0, view.writable(0xe0000000L, false));
        assertEquals(0xff, view.load(0xe0000000L, 1, false));
        assertEquals(-1, view.load(0xe0000008L, 8, false));
        view.store(0xe0000010L, 2, 7, false);
        view.store(0xe0000020L, 2, 7, false);
        assertEquals(0xffff, view.load(1L << 51, 2, false));
        assertEquals(-1, view.load(1L << 52, 8, false));
        assertEquals(-1, view.load(-8, 8, false));
        assertEquals(-1, view.load(Long.MIN_VALUE, 8, false));
        assertEquals(0xff, view.load(Long.MAX_VALUE, 1, false));
        byte[] read = new byte[3];
        space.read(64 * PAGE - 1, read);
        assertArrayEquals(new byte[] {0, -1, -1}, read);
        assertEquals(
                List.of(
                        "load from nowhere e0000000.1",
                        "store to nowhere e0000010.2",
                        "load from nowhere 8000000000000.2",
                        "load from nowhere 10000000000000.8",
                        "load from nowhere fffffffffffffff8.8",
                        "load from nowhere 8000000000000000.8",
                        "load from nowhere 7fffffffffffffff.1"),
                strays);
    }

    @Test
    void aGuestCannotFloodWithStrayAccesses() {
        for (long page = 0; page < 100_000; page++) {
            view.store((1L << 40) + page * PAGE, 1, 0, false);
        }
        assertEquals(256, strays.size());
    }

    @Test
    void devicesSmallerThanAPageShareOneWithMemory() {
        space.addMmio(5 * PAGE + 0x10, 0x10, device);
        assertEquals(0, view.readable(5 * PAGE, false));
        assertEquals(0, view.writable(5 * PAGE, false));
        view.store(5 * PAGE + 0x14, 4, 0x1_2345_6789L, false);
        assertEquals(0xdddd_0008L, view.load(5 * PAGE + 0x18, 4, false));
        view.store(5 * PAGE + 0x20, 4, 77, false);
        assertEquals(77, view.load(5 * PAGE + 0x20, 4, false));
        assertEquals(List.of("w4 4=23456789", "r4 8"), device.log);
    }

    @Test
    void anAccessAcrossTheBorderOfADeviceIsMadeInBytes() {
        space.addMmio(5 * PAGE + 0x10, 2, device);
        view.store(5 * PAGE + 0xe, 8, 0x8877665544332211L, false);
        assertEquals(List.of("w1 0=33", "w1 1=44"), device.log);
        assertEquals(0x8877665501002211L, view.load(5 * PAGE + 0xe, 8, false));
    }

    @Test
    void theHigherPriorityIsSeenAndTheLaterAmongEquals() {
        RecordingDevice low = new RecordingDevice(lock);
        RecordingDevice high = new RecordingDevice(lock);
        RecordingDevice later = new RecordingDevice(lock);
        space.add(0, PAGE, -1, null, 0, low, Access.DEVICE);
        space.add(PAGE, PAGE, 1, null, 0, high, Access.DEVICE);
        Mapping over = space.addMmio(0, 2 * PAGE, later);
        view.load(0, 4, false);
        view.load(PAGE, 4, false);
        assertEquals(List.of(), low.log);
        assertEquals(List.of("r4 0"), later.log);
        assertEquals(List.of("r4 0"), high.log);
        over.remove();
        assertEquals(ram.address(), view.readable(0, false));
        assertEquals(0, view.readable(PAGE, false));
    }

    @Test
    void anAliasIsTheSameMemory() {
        space.add(0xe000, 2 * PAGE, 1, rom, 2 * PAGE, null, Access.READ_ONLY);
        assertEquals(rom.address() + 2 * PAGE, view.readable(0xe000, false));
        assertEquals(view.readable(0xfffff000L, false), view.readable(0xf000, false));
        assertEquals(ram.address() + 0xd000, view.readable(0xd000, false));
    }

    @Test
    void flashChangesBetweenMemoryAndDevice() throws IOException {
        try (RamBlock flash = new RamBlock("flash", 2 * PAGE)) {
            Mapping mapping = space.addRomDevice(flash, 0xff000000L, 0, 2 * PAGE, device);
            TestVcpu vcpu = new TestVcpu(space, 1);
            assertEquals(flash.address(), view.readable(0xff000000L, false));
            assertEquals(0, view.writable(0xff000000L, false));
            view.store(0xff000004L, 2, 0x40, false);
            mapping.access(Access.DEVICE);
            assertEquals(0, view.readable(0xff000000L, false));
            assertEquals(0xdddd_0000_dddd_0008L, view.load(0xff000008L, 8, false));
            assertEquals(List.of("w2 4=40", "r8 8"), device.log);
            assertFalse(space.isMemory(0xff000000L, 1));
            mapping.access(Access.ROM_DEVICE);
            assertTrue(space.isMemory(0xff000000L, 2 * PAGE));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> space.addRam(ram, 1L << 40, 0, PAGE).access(Access.DEVICE));
            assertEquals(0, vcpu.codeWrites.get());
        }
    }

    @Test
    void shadowRamIsOpenedAndClosed() {
        Mapping shadow = space.add(0x8000, PAGE, 1, rom, 0, null, Access.READ_ONLY);
        assertEquals(0, view.writable(0x8000, false));
        shadow.enabled(false);
        assertEquals(ram.address() + 0x8000, view.writable(0x8000, false));
        Mapping locked = space.add(0x8000, PAGE, 2, ram, 0x8000, null, Access.READ_ONLY);
        assertEquals(ram.address() + 0x8000, view.readable(0x8000, false));
        assertEquals(0, view.writable(0x8000, false));
        locked.access(Access.READ_WRITE);
        assertEquals(ram.address() + 0x8000, view.writable(0x8000, false));
    }

    @Test
    void changesOfOneUpdateAreSeenTogether() {
        int[] changes = new int[1];
        space.add((MapListener) changed -> changes[0]++);
        assertEquals(1, changes[0]);
        space.update(() -> {
            space.addMmio(0, PAGE, device);
            space.addMmio(PAGE, PAGE, device);
            assertNotEquals(0, view.readable(0, false));
        });
        assertEquals(2, changes[0]);
        assertEquals(0, view.readable(PAGE, false));
    }

    @Test
    void eachVcpuHasItsOwnLocalApicWhereItPutIt() {
        VcpuMemory other = space.view();
        view.localApic(0xfee00000L, device);
        assertEquals(0xdddd0020L, view.load(0xfee00020L, 4, false));
        assertEquals(0xffffffffL, other.load(0xfee00020L, 4, false));
        view.localApic(0x2000, device);
        view.store(0x2080, 4, 5, false);
        assertEquals(0, view.readable(0x2000, false));
        assertEquals(0, view.writable(0x2000, false));
        assertNotEquals(0, other.writable(0x2000, false));
        view.localApic(0x2000, null);
        assertNotEquals(0, view.writable(0x2000, false));
        assertEquals(List.of("r4 20", "w4 80=5"), device.log);
        assertThrows(IllegalArgumentException.class, () -> view.localApic(0x2001, device));
    }

    @Test
    void storesToWatchedPagesAreToldWhoeverMakesThem() {
        TestVcpu vcpu = new TestVcpu(space, 64);
        assertNotEquals(0, view.writable(0x3000, false));
        vcpu.memory.watchCode(0x3000);
        assertEquals(0, view.writable(0x3000, false));
        view.store(0x3004, 4, 1, false);
        assertEquals(1, vcpu.codeWrites.get());
        assertEquals(0x3004, vcpu.lastCodeWrite);
        space.write(0x2fff, new byte[2]);
        assertEquals(2, vcpu.codeWrites.get());
        assertEquals(0x3000, vcpu.lastCodeWrite);
        space.write(ram, 0x3ffe, MemorySegment.ofArray(new byte[1]));
        assertEquals(3, vcpu.codeWrites.get());
        vcpu.memory.unwatchCode(0x3000);
        assertNotEquals(0, view.writable(0x3000, false));
        view.store(0x3004, 4, 1, false);
        assertEquals(3, vcpu.codeWrites.get());
    }

    @Test
    void aPageIsWatchedUntilTheLastVcpuLetsGo() {
        view.watchCode(0x3000);
        VcpuMemory other = space.view();
        other.watchCode(0x3000);
        view.unwatchCode(0x3000);
        assertEquals(0, view.writable(0x3000, false));
        other.unwatchCode(0x3000);
        assertNotEquals(0, view.writable(0x3000, false));
    }

    @Test
    void codeIsToldAtEveryAddressOfItsMemory() {
        List<Long> told = new ArrayList<>();
        view.add(
                new TlbOwner() {
                    @Override
                    public void dropAddresses(boolean all) {}

                    @Override
                    public void codeWritten(long address, int length) {
                        told.add(address);
                    }
                });
        space.addRam(ram, 1L << 32, 0x3000, PAGE);
        view.watchCode(0x3000);
        view.store((1L << 32) + 4, 4, 1, false);
        assertEquals(List.of(0x3004L, (1L << 32) + 4), told);
    }

    @Test
    void codeIsToldWhenOtherMemoryAppearsInItsPlace() {
        TestVcpu vcpu = new TestVcpu(space, 64);
        vcpu.memory.watchCode(0x8000);
        space.add(0x9000, PAGE, 1, rom, 0, null, Access.READ_ONLY);
        Mapping same = space.add(0x8000, PAGE, 1, ram, 0x8000, null, Access.READ_ONLY);
        assertEquals(0, vcpu.codeWrites.get());
        space.add(0x8000, PAGE, 2, rom, 0, null, Access.READ_ONLY);
        assertEquals(1, vcpu.codeWrites.get());
        assertEquals(0x8000, vcpu.lastCodeWrite);
        same.remove();
        assertEquals(1, vcpu.codeWrites.get());
    }

    @Test
    void dmaReachesDevicesInAlignedWords() {
        space.addMmio(0xf0000000L, PAGE, device);
        space.write(0xf0000003L, new byte[] {1, 2, 3, 4, 5, 6, 7});
        byte[] read = new byte[3];
        space.read(0xf0000006L, read);
        assertArrayEquals(new byte[] {6, 0, 8}, read);
        assertEquals(List.of("w1 3=1", "w4 4=5040302", "w2 8=706", "r2 6", "r1 8"), device.log);
    }

    @Test
    void findsMemoryAsFarAsItGoes() {
        space.addRam(ram, 1L << 32, 0x1000, 2 * PAGE);
        MemoryRange range = Objects.requireNonNull(space.find((1L << 32) + 5));
        assertEquals(
                new MemoryRange((1L << 32) + 5, 2 * PAGE - 5, ram, 0x1005, Access.READ_WRITE),
                range);
        assertEquals(ram.address() + 0x1005, range.address());
        assertTrue(range.writable());
        assertNull(space.find((1L << 32) - 1 - rom.size()));
        assertEquals(
                List.of(0L, 0xffffc000L, 1L << 32),
                space.memory().stream().map(MemoryRange::gpa).toList());
        assertTrue(space.isMemory(0xffffc000L, rom.size() + 2 * PAGE));
        assertFalse(space.isMemory(0xffffc000L, rom.size() + 2 * PAGE + 1));
    }

    @Test
    void refusesWhatCannotBeMapped() {
        assertThrows(IllegalArgumentException.class, () -> space.addRam(ram, 0, PAGE, ram.size()));
        assertThrows(IllegalArgumentException.class, () -> space.addRam(ram, -1, 0, PAGE));
        assertThrows(IllegalArgumentException.class, () -> space.addRam(ram, 0, 0, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> space.addMmio((1L << 52) - PAGE + 1, PAGE, device));
        assertThrows(
                IllegalStateException.class, () -> new AddressSpace(lock).addRam(ram, 0, 0, PAGE));
    }
}
