package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.convert.SavedVm;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestLayoutTest {

    @TempDir private Path directory;

    private static final Place PLACE = new Place("vm", 0, "");
    private static final long GIB = 1L << 30;

    private static RamBlock block(String id, long length) {
        return new RamBlock(0, id, length, 0, OptionalLong.empty(), null);
    }

    private static GuestLayout map(String machine, RamBlock... blocks)
            throws UnsupportedStreamException {
        List<RamBlock> list = new ArrayList<>();
        for (RamBlock block : blocks) {
            list.add(
                    new RamBlock(
                            list.size(),
                            block.id(),
                            block.usedLength(),
                            0,
                            block.guestAddress(),
                            null));
        }
        return GuestLayout.of(machine, list, new GuestEvidence(), PLACE);
    }

    @ParameterizedTest
    @CsvSource({
        // machine, RAM in MiB, below 4 GiB in MiB
        "pc-i440fx-10.0, 3583, 3583",
        "pc-i440fx-10.0, 4096, 3072",
        "pc-q35-10.0, 2815, 2815",
        "pc-q35-10.0, 4096, 2048",
        "microvm, 4096, 3072",
        "microvm, 2048, 2048"
    })
    void memoryIsSplitAsTheBoardDoes(String machine, long ram, long below)
            throws UnsupportedStreamException {
        long mib = 1 << 20;
        GuestLayout map = map(machine, block("pc.ram", ram * mib));
        GuestRange last = map.at(below * mib - 1);
        assertEquals(below * mib, last.start() + last.length());
        if (ram > below) {
            GuestRange high = map.at(4 * GIB);
            assertEquals(below * mib, high.blockOffset());
            assertEquals((ram - below) * mib, high.length());
        }
        assertThrows(UnsupportedStreamException.class, () -> map.at(below * mib));
    }

    @Test
    void otherBoardsHaveTheirMemoryInOnePiece() throws UnsupportedStreamException {
        assertEquals(0, map("virt-10.0", block("mach-virt.ram", GIB)).at(GIB).blockOffset());
        assertEquals(0, map("virt", block("riscv_virt_board.ram", GIB)).at(2 * GIB).blockOffset());
    }

    @Test
    void unknownBoardIsRefusedByName() {
        UnsupportedStreamException e =
                assertThrows(
                        UnsupportedStreamException.class,
                        () -> map("sun4u", block("sun4u.ram", GIB)));
        assertTrue(String.valueOf(e.getMessage()).contains("machine 'sun4u'"));
    }

    @Test
    void severalBackendsAreRefusedByName() {
        UnsupportedStreamException e =
                assertThrows(
                        UnsupportedStreamException.class,
                        () -> map("pc-q35-10.0", block("n0", GIB), block("n1", GIB)));
        assertTrue(String.valueOf(e.getMessage()).contains("(n0, n1)"));
    }

    @Test
    void memoryBeyondTheHoleOfAmdIsRefused() {
        assertThrows(
                UnsupportedStreamException.class,
                () -> map("pc-q35-10.0", block("pc.ram", 1200 * GIB)));
    }

    @Test
    void romOrRamBelowOneMebibyteIsUnknownWithoutTheHostBridge() throws UnsupportedStreamException {
        GuestLayout map = map("pc-q35-10.0", block("pc.ram", GIB), block("pc.bios", 1 << 18));
        assertThrows(UnsupportedStreamException.class, () -> map.at(0xf0000));
        assertEquals("pc.bios", map.at(0xffff_fff0L).block().id());
    }

    @Test
    void displayAdapterHidesRamInItsWindow() throws IOException {
        GuestLayout without = layout("precopy-paused-q7");
        assertEquals("pc.ram", without.at(0xa0000).block().id());
        GuestLayout with = layout("vga-std-q10");
        UnsupportedStreamException e =
                assertThrows(UnsupportedStreamException.class, () -> with.at(0xa0000));
        assertEquals("0xa0000 is in the VGA window, not in RAM", e.problem());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "precopy-paused-q7|RTC CMOS bytes 0x34, 0x35 and 0x5b to 0x5d",
                "precopy-paused-q7|PAM registers of the host bridge",
                "numa2-q7|blocks n0, n1 follow each other in this order: ACPI SRAT",
                "numa2-dirty-q10|the order of those of equal length is taken from the names",
                "dimm-q7|memory devices from 0x100000000 on (ACPI SRAT) in the order dm0, dm1"
                        + " (taken from the names; the stream does not tell)",
                "microvm-q7|RTC CMOS bytes"
            })
    void evidenceIsTold(String fixture, String sentence) throws IOException {
        List<String> evidence = layout(fixture).evidence();
        assertTrue(evidence.stream().anyMatch(e -> e.contains(sentence)), () -> "" + evidence);
    }

    @Test
    void memoryDevicesAreWhereTheLoaderPutTheirContent() throws IOException {
        for (String name : List.of("dimm-q7", "dimm-q10")) {
            GuestRange first = layout(name).at(0x1_0000_0000L);
            assertEquals("dm0", first.block().id());
            GuestRange second = layout(name).at(0x1_0020_0000L);
            assertEquals("dm1", second.block().id());
            assertEquals(4 << 20, second.length());
        }
    }

    @Test
    void memoryDevicesWithoutAnySlotInUseAreLeftOutAndTold() throws UnsupportedStreamException {
        GuestLayout layout = map("pc-q35-10.0", block("pc.ram", GIB), block("shared", 1 << 20));
        assertEquals(2, layout.ranges().size());
        assertTrue(
                layout.evidence().stream().anyMatch(e -> e.startsWith("left out, since")),
                () -> "" + layout.evidence());
    }

    private GuestLayout layout(String fixture) throws IOException {
        try (SavedVm vm = Guests.read(Fixtures.named(fixture), directory.resolve(fixture))) {
            return Guests.dump(vm).layout();
        }
    }
}
