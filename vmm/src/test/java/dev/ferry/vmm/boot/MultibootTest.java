package dev.ferry.vmm.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MultibootTest {

    private static final int FLAG_ADDRESSES = 1 << 16;
    private static final int LOAD = 0x100000;
    private static final int HEADER_AT = 0x40;

    @TempDir Path directory;

    private GuestFixture guest;

    @BeforeEach
    void makeGuest() throws IOException {
        guest = new GuestFixture();
    }

    @AfterEach
    void close() {
        guest.close();
    }

    private static void header(ByteBuffer file, int at, int flags) {
        file.putInt(at, MultibootHeader.MAGIC);
        file.putInt(at + 4, flags);
        file.putInt(at + 8, -(MultibootHeader.MAGIC + flags));
    }

    /** 8 KiB of which all but the first 16 bytes are loaded to 1 MiB; 4 KiB of bss behind. */
    private static ByteBuffer flat() {
        ByteBuffer file = GuestBytes.buffer(8192);
        for (int i = 0; i < file.capacity(); i += 4) {
            file.putInt(i, i);
        }
        header(file, HEADER_AT, FLAG_ADDRESSES | 3);
        file.putInt(HEADER_AT + 12, LOAD + HEADER_AT - 16);
        file.putInt(HEADER_AT + 16, LOAD);
        file.putInt(HEADER_AT + 20, LOAD + 8192 - 16);
        file.putInt(HEADER_AT + 24, LOAD + 8192 - 16 + 4096);
        file.putInt(HEADER_AT + 28, LOAD + 0x123);
        return file;
    }

    /** One segment at 2 MiB. */
    private static ByteBuffer elf() {
        ByteBuffer file = GuestBytes.buffer(4096);
        file.putInt(0, 0x464c457f).put(4, (byte) 1).put(5, (byte) 1).put(6, (byte) 1);
        file.putShort(16, (short) 2).putShort(18, (short) 3).putInt(20, 1);
        file.putInt(24, 0x200004).putInt(28, 52).putShort(40, (short) 52);
        file.putShort(42, (short) 32).putShort(44, (short) 1);
        file.putInt(52, 1).putInt(56, 0x400).putInt(60, 0xc0200000).putInt(64, 0x200000);
        file.putInt(68, 0x800).putInt(72, 0x1000);
        header(file, 0x100, 0);
        for (int i = 0x400; i < 0xc00; i++) {
            file.put(i, (byte) i);
        }
        return file;
    }

    private MultibootKernel open(ByteBuffer file, MultibootKernel.Module... modules)
            throws IOException {
        return MultibootKernel.open(write("kernel", file), "kernel a=b", List.of(modules));
    }

    private Path write(String name, ByteBuffer file) throws IOException {
        byte[] bytes = new byte[file.capacity()];
        file.get(0, bytes);
        return Files.write(directory.resolve(name), bytes);
    }

    @Test
    void flatKernelIsLoadedWhereItsHeaderSays() throws IOException {
        guest.memory.store(LOAD + 8192 - 16 + 8, 8, -1);
        MultibootKernel.Loaded loaded = open(flat()).load(guest.memory, guest.map);
        assertEquals(LOAD + 0x123, loaded.entry());
        assertEquals(16, guest.memory.load(LOAD, 4));
        assertEquals(8188, guest.memory.load(LOAD + 8188 - 16, 4));
        assertEquals(0, guest.memory.load(LOAD + 8192 - 16 + 8, 8), "bss");
    }

    @Test
    void flatKernelWithoutEndIsTheRestOfTheFile() throws IOException {
        ByteBuffer file = flat();
        file.putInt(HEADER_AT + 20, 0).putInt(HEADER_AT + 24, 0);
        open(file).load(guest.memory, guest.map);
        assertEquals(8188, guest.memory.load(LOAD + 8188 - 16, 4));
    }

    @Test
    void elfKernelIsLoadedByPhysicalAddress() throws IOException {
        guest.memory.store(0x200800, 8, -1);
        MultibootKernel.Loaded loaded = open(elf()).load(guest.memory, guest.map);
        assertEquals(0x200004, loaded.entry());
        assertEquals(0x0706050403020100L, guest.memory.load(0x200000, 8));
        assertEquals(0, guest.memory.load(0x200800, 8));
    }

    @Test
    void informationTellsOfMemoryCommandLineAndModules() throws IOException {
        Path first = Files.write(directory.resolve("m1"), new byte[] {1, 2, 3});
        Path second = Files.write(directory.resolve("m2"), new byte[5000]);
        MultibootKernel.Loaded loaded =
                open(
                                elf(),
                                new MultibootKernel.Module(first, "m1 x"),
                                new MultibootKernel.Module(second, "m2"))
                        .load(guest.memory, guest.map);
        ByteBuffer info = guest.read(loaded.info(), 88);
        assertEquals(0x24d, info.getInt(0), "flags");
        assertEquals(639, info.getInt(4), "KiB of lower memory");
        assertEquals(3072, info.getInt(8), "KiB of upper memory");
        assertEquals("kernel a=b", guest.text(info.getInt(16)));
        assertEquals("ferry", guest.text(info.getInt(64)));
        assertEquals(2, info.getInt(20));
        ByteBuffer modules = guest.read(info.getInt(24), 32);
        assertEquals(0x201000, modules.getInt(0));
        assertEquals(0x201003, modules.getInt(4));
        assertEquals("m1 x", guest.text(modules.getInt(8)));
        assertEquals(0x030201, guest.memory.load(0x201000, 4));
        assertEquals(0x202000, modules.getInt(16));
        assertEquals(0x202000 + 5000, modules.getInt(20));
        assertEquals("m2", guest.text(modules.getInt(24)));
        assertTrue(loaded.info() >= 0x204000, "behind the last module");
        assertEquals(guest.map.ranges().size() * 24, info.getInt(44));
        long entry = info.getInt(48);
        for (MemoryMap.Range range : guest.map.ranges()) {
            ByteBuffer found = guest.read(entry, 24);
            assertEquals(20, found.getInt(0));
            assertEquals(
                    range,
                    new MemoryMap.Range(found.getLong(4), found.getLong(12), found.getInt(20)));
            entry += 24;
        }
    }

    @Test
    void fileWithoutHeaderIsRefused() {
        assertRefused(
                "expected a Multiboot header in its first 8 KiB, found none",
                f -> f.putInt(HEADER_AT, 0));
        assertRefused("found none", f -> f.putInt(HEADER_AT + 8, 0));
    }

    @Test
    void unknownRequirementIsRefused() {
        assertRefused(
                "flags 0x10 require something unknown",
                f -> header(f, HEADER_AT, FLAG_ADDRESSES | 0x10));
    }

    @Test
    void addressesThatDoNotFitTheFileAreRefused() {
        assertRefused("do not fit the file", f -> f.putInt(HEADER_AT + 12, LOAD - 1));
        assertRefused("do not fit the file", f -> f.putInt(HEADER_AT + 12, LOAD + HEADER_AT + 4));
        assertRefused("do not fit the file", f -> f.putInt(HEADER_AT + 20, LOAD + 8192));
        assertRefused("do not fit the file", f -> f.putInt(HEADER_AT + 20, LOAD - 4));
        assertRefused("do not fit the file", f -> f.putInt(HEADER_AT + 24, LOAD + 4));
    }

    @Test
    void kernelThatHasNoRoomIsRefused() {
        assertRefused("there is no RAM for", f -> f.putInt(HEADER_AT + 24, -4096));
        assertRefused(
                "there is no RAM for",
                f -> {
                    f.putInt(HEADER_AT + 12, 0x9fc00 + HEADER_AT - 16);
                    f.putInt(HEADER_AT + 16, 0x9fc00);
                    f.putInt(HEADER_AT + 20, 0);
                    f.putInt(HEADER_AT + 24, 0);
                });
        assertRefused(
                "there is no RAM behind it for modules and information",
                f -> f.putInt(HEADER_AT + 24, (int) GuestFixture.RAM - 16));
    }

    private void assertRefused(String problem, Consumer<ByteBuffer> change) {
        ByteBuffer file = flat();
        change.accept(file);
        BootException e =
                assertThrows(BootException.class, () -> open(file).requireRoom(guest.map), problem);
        assertTrue(String.valueOf(e.getMessage()).contains(problem), e::getMessage);
    }

    @Test
    void elfFileOfAnotherKindIsRefused() {
        ByteBuffer file = elf();
        file.put(4, (byte) 2).putShort(18, (short) 62);
        BootException e = assertThrows(BootException.class, () -> open(file));
        assertTrue(
                String.valueOf(e.getMessage())
                        .endsWith(
                                "expected a 32-bit executable for the 386, found class 2, machine"
                                        + " 62"),
                e::getMessage);
    }

    /** Whatever is in the file, it is loaded into RAM or refused. */
    @Test
    void damagedKernelsAreLoadedOrRefused() throws IOException {
        long seed = 20261123;
        SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            ByteBuffer file = random.nextBoolean() ? elf() : flat();
            int header = file.getInt(0) == 0x464c457f ? 0x100 : HEADER_AT;
            for (int change = random.nextInt(1, 5); change > 0; change--) {
                int at = random.nextBoolean() ? random.nextInt(96) : header + random.nextInt(32);
                file.put(at, (byte) random.nextInt());
            }
            file.putInt(header, MultibootHeader.MAGIC);
            file.putInt(header + 8, -(MultibootHeader.MAGIC + file.getInt(header + 4)));
            try {
                open(file).load(guest.memory, guest.map);
            } catch (BootException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ", round " + i, e);
            }
        }
        assertTrue(refused > 100 && refused < 1990, "refused: " + refused);
    }
}
