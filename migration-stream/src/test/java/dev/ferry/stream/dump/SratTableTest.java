package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SratTableTest {

    private static final long GIB = 1L << 30;
    private static final int ENABLED = 1;
    private static final int HOT_PLUGGABLE = 2;

    /** A memory affinity structure. */
    private record Affinity(int node, long base, long length, int flags) {}

    private static byte[] table(Affinity... structures) {
        int length = 48 + 16 + 40 * structures.length;
        ByteBuffer bytes = ByteBuffer.allocate(100 + length + 9).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(100);
        bytes.put("SRAT".getBytes(StandardCharsets.US_ASCII)).putInt(length);
        // A processor's affinity structure, of no interest here.
        bytes.position(148).put((byte) 0).put((byte) 16);
        int at = 164;
        for (Affinity structure : structures) {
            bytes.position(at).put((byte) 1).put((byte) 40).putInt(structure.node);
            bytes.putShort((short) 0).putLong(structure.base).putLong(structure.length);
            bytes.putInt(0).putInt(structure.flags);
            at += 40;
        }
        return bytes.array();
    }

    private static SratTable parse(Affinity... structures) {
        return SratTable.find(table(structures)).orElseThrow();
    }

    @Test
    void nodesAreMeasuredAcrossTheHoles() {
        SratTable table =
                parse(
                        new Affinity(0, 0, 0xa0000, ENABLED),
                        new Affinity(0, 0x100000, GIB - 0x100000, ENABLED),
                        new Affinity(1, GIB, GIB, ENABLED),
                        new Affinity(1, 4 * GIB, 2 * GIB, ENABLED),
                        new Affinity(2, 6 * GIB, GIB, ENABLED),
                        new Affinity(0, 0, 0, 0));
        assertEquals(List.of(GIB, 3 * GIB, GIB), table.nodeLengths());
        assertEquals(2 * GIB, table.lowEnd());
        assertEquals(4 * GIB, table.highBase());
        assertEquals(5 * GIB, table.total());
        assertEquals(-1, table.hotplugBase());
    }

    @Test
    void hotPluggableAreaIsNoNode() {
        SratTable table =
                parse(
                        new Affinity(0, 0, 0xa0000, ENABLED),
                        new Affinity(0, 0x100000, 0x300000, ENABLED),
                        new Affinity(0, 4 * GIB, 8 * GIB, ENABLED | HOT_PLUGGABLE));
        assertEquals(List.of(0x400000L), table.nodeLengths());
        assertEquals(-1, table.highBase());
        assertEquals(4 * GIB, table.hotplugBase());
    }

    @Test
    void memoryMayGoOnAboveTheHoleOfAmd() {
        SratTable table =
                parse(
                        new Affinity(0, 0, 2 * GIB, ENABLED),
                        new Affinity(0, 1L << 40, 1024 * GIB, ENABLED));
        assertEquals(1L << 40, table.highBase());
        assertEquals(1026 * GIB, table.total());
    }

    @Test
    void damagedTablesAreNone() {
        byte[] sound = table(new Affinity(0, 0, GIB, ENABLED));
        assertEquals(Optional.empty(), SratTable.find(new byte[0]));
        for (int length = 0; length < 164; length++) {
            byte[] cut = java.util.Arrays.copyOf(sound, length);
            assertTrue(SratTable.find(cut).isEmpty(), "cut at " + length);
        }
        byte[] zeroLength = sound.clone();
        zeroLength[165] = 0;
        assertEquals(Optional.empty(), SratTable.find(zeroLength));
        byte[] longer = sound.clone();
        longer[165] = (byte) 0xff;
        assertEquals(Optional.empty(), SratTable.find(longer));
        byte[] wraps =
                table(new Affinity(0, Long.MAX_VALUE, 2, ENABLED), new Affinity(0, -1, 9, ENABLED));
        assertEquals(Optional.empty(), SratTable.find(wraps));
    }
}
