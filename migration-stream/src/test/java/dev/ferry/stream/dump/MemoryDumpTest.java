package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** All formats have the same memory, and the monitor's memory. */
class MemoryDumpTest {

    @TempDir private Path directory;

    private Path path(String name) {
        return directory.resolve(name);
    }

    @ParameterizedTest
    @FixtureSource(
            name = {
                "precopy-*", "dimm-*", "numa2-*", "mapped-ram-*", "multifd-*", "xbzrle-*",
                "libvirt-*", "savevm-*", "microvm-*", "isapc-*", "vga-*", "kvm-*"
            },
            target = "x86_64")
    void everyFormatHasTheSameMemory(Fixture fixture) throws IOException {
        try (SavedVm vm = Guests.read(fixture, path("capture"))) {
            GuestDump dump = Guests.dump(vm);
            Path elf = Guests.write(dump, path("elf"), ElfCoreWriter::write);
            Path lime = Guests.write(dump, path("lime"), LimeWriter::write);
            Path raw = Guests.write(dump, path("raw"), RawMemoryWriter::write);
            Path kdump =
                    Guests.write(
                            dump,
                            path("kdump"),
                            (d, f) -> KdumpWriter.write(d, KdumpWriter.Compression.LZO, f));
            try (ElfCore core = new ElfCore(elf);
                    FileChannel limeFile = FileChannel.open(lime);
                    FileChannel rawFile = FileChannel.open(raw);
                    KdumpFile pages = new KdumpFile(kdump, true)) {
                assertEquals(dump.layout().ranges().size(), core.loads().size());
                long limeAt = 0;
                int page = 0;
                for (GuestRange range : dump.layout().ranges()) {
                    int length = (int) range.length();
                    byte[] memory = core.memory(range.start(), length);
                    limeAt = requireLime(limeFile, limeAt, range, memory);
                    for (int at = 0; at < length; at += KdumpFile.PAGE) {
                        assertTrue(
                                java.util.Arrays.equals(
                                        memory,
                                        at,
                                        at + KdumpFile.PAGE,
                                        pages.page(page),
                                        0,
                                        KdumpFile.PAGE),
                                range::toString);
                        page++;
                    }
                    if (range.end() <= rawFile.size()) {
                        assertArrayEquals(memory, read(rawFile, range.start(), length));
                    } else {
                        assertTrue(range.kind() != GuestRange.Kind.RAM, range::toString);
                    }
                }
                assertEquals(limeFile.size(), limeAt);
                assertEquals(page, pages.pages().cardinality());
            }
        }
    }

    private static long requireLime(FileChannel file, long at, GuestRange range, byte[] memory)
            throws IOException {
        ByteBuffer header = ByteBuffer.wrap(read(file, at, 32)).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0x4c694d45, header.getInt());
        assertEquals(1, header.getInt());
        assertEquals(range.start(), header.getLong());
        assertEquals(range.end() - 1, header.getLong());
        assertEquals(0, header.getLong());
        assertArrayEquals(memory, read(file, at + 32, memory.length), range::toString);
        return at + 32 + memory.length;
    }

    private static byte[] read(FileChannel file, long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {
            // as much as there is
        }
        assertEquals(length, bytes.position());
        return bytes.array();
    }

    @Test
    void zeroMemoryIsHoles() throws IOException {
        try (SavedVm vm = LongModeGuest.read(directory)) {
            Path elf = Guests.write(Guests.dump(vm), path("elf"), ElfCoreWriter::write);
            assertTrue(Files.size(elf) > 4 << 20);
            String du = Command.output("du", "-B1", elf.toString());
            long allocated = Long.parseLong(du, 0, du.indexOf('\t'), 10);
            assertTrue(allocated < 1 << 20, du);
        }
    }

    @Test
    void memoryLeftInASharedFileIsRefusedByName() throws IOException {
        try (SavedVm vm = Guests.read(Fixtures.named("ignore-shared-q10"), path("capture"))) {
            UnsupportedStreamException e =
                    assertThrows(UnsupportedStreamException.class, () -> Guests.dump(vm));
            assertTrue(e.problem().startsWith("block 'mem0': "), e::problem);
        }
    }

    @Test
    void memoryOfABoardWithOneBlockNeedsNoX86() throws IOException {
        Fixture fixture = Fixtures.named("aarch64-virt-q10");
        try (SavedVm vm = Guests.read(fixture, path("capture"))) {
            GuestDump dump = Guests.dump(vm);
            assertEquals(List.of(), dump.cpus());
            Path raw = Guests.write(dump, path("raw"), RawMemoryWriter::write);
            assertEquals(
                    (1L << 30) + fixture.ramBlock("mach-virt.ram").orElseThrow().used(),
                    Files.size(raw));
            UnsupportedStreamException e =
                    assertThrows(
                            UnsupportedStreamException.class,
                            () -> Guests.write(dump, path("elf"), ElfCoreWriter::write));
            assertTrue(e.problem().contains("no state of an x86 CPU"), e::problem);
        }
    }
}
