package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.ram.RamBlock;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AddressMapTest {

    private static final RamBlock RAM =
            new RamBlock(0, "ram", 0x10000, 0, OptionalLong.empty(), null);
    private static final RamBlock ROM =
            new RamBlock(1, "rom", 0x1000, 0, OptionalLong.empty(), null);

    private final AddressMap map = new AddressMap();

    private static GuestRange ram(long start, long length, long offset) {
        return new GuestRange(start, length, RAM, offset, GuestRange.Kind.RAM);
    }

    private static GuestRange rom(long start, long length, long offset) {
        return new GuestRange(start, length, ROM, offset, GuestRange.Kind.ROM);
    }

    @Test
    void laterRangesHideEarlierOnes() {
        map.put(ram(0, 0x10000, 0));
        map.put(rom(0x4000, 0x1000, 0));
        map.clear(0x8000, 0x9000);
        assertEquals(
                List.of(
                        ram(0, 0x4000, 0),
                        rom(0x4000, 0x1000, 0),
                        ram(0x5000, 0x3000, 0x5000),
                        ram(0x9000, 0x7000, 0x9000)),
                map.ascending());
    }

    @Test
    void neighboursAreJoinedOnlyIfTheyAreInTheirBlock() {
        map.put(ram(0x2000, 0x1000, 0x2000));
        map.put(ram(0, 0x1000, 0));
        map.put(ram(0x1000, 0x1000, 0x1000));
        map.put(ram(0x3000, 0x1000, 0x8000));
        map.put(rom(0x4000, 0x800, 0));
        map.put(ram(0x5000, 0, 0));
        assertEquals(
                List.of(ram(0, 0x3000, 0), ram(0x3000, 0x1000, 0x8000), rom(0x4000, 0x800, 0)),
                map.ascending());
    }

    @Test
    void rangesThatCoverOthersWhollyReplaceThem() {
        map.put(rom(0x1000, 0x1000, 0));
        map.put(ram(0, 0x10000, 0));
        assertEquals(List.of(ram(0, 0x10000, 0)), map.ascending());
    }
}
