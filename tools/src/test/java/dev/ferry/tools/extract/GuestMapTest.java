package dev.ferry.tools.extract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Place;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.RamBlock;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestMapTest {

    private static final Place PLACE = new Place("vm", 0, "");
    private static final long GIB = 1L << 30;

    private static RamBlock block(String id, long length) {
        return new RamBlock(0, id, length, 0, OptionalLong.empty(), null);
    }

    private static GuestMap map(String machine, RamBlock... blocks)
            throws UnsupportedStreamException {
        return GuestMap.of(machine, List.of(blocks), new BoardEvidence(), PLACE);
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
        GuestMap map = map(machine, block("pc.ram", ram * mib));
        GuestMap.Region last = map.at(below * mib - 1);
        assertEquals(below * mib, last.start() + last.length());
        if (ram > below) {
            GuestMap.Region high = map.at(4 * GIB);
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
        GuestMap map = map("pc-q35-10.0", block("pc.ram", GIB), block("pc.bios", 1 << 18));
        assertThrows(UnsupportedStreamException.class, () -> map.at(0xf0000));
        assertEquals("pc.bios", map.at(0xffff_fff0L).block().id());
    }
}
