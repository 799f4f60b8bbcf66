package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultiFdPacketTest {

    private static byte[] write(MultiFdPacket packet) throws IOException {
        MemoryChannel channel = new MemoryChannel();
        try (WireOutput out = new WireOutput(channel)) {
            packet.write(out);
        }
        return channel.bytes();
    }

    private static MultiFdPacket read(byte[] bytes, int pageSize) throws IOException {
        MultiFdPacket packet = new MultiFdPacket(pageSize);
        packet.read(new WireInput(new MemorySource("fd", bytes)));
        return packet;
    }

    @Test
    void handshakeIsSixtyFourBytes() throws IOException {
        MemoryChannel channel = new MemoryChannel();
        try (WireOutput out = new WireOutput(channel)) {
            new MultiFdHandshake(UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"), 7)
                    .write(out);
        }
        assertArrayEquals(PacketBytes.handshake(7), channel.bytes());
    }

    @Test
    void channelIdsAreBytes() {
        for (int id : new int[] {-1, 256}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new MultiFdHandshake(MultiFdHandshake.NO_UUID, id));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 4096, 65536})
    void everyFieldHasItsPlace(int pageSize) throws IOException {
        MultiFdPacket packet = new MultiFdPacket(pageSize);
        packet.head(MultiFdPacket.MULTIFD_FLAG_SYNC | PacketBytes.ZSTD, 0x1122334455667788L, 7);
        packet.name("pc.ram");
        packet.counts(2, 1);
        packet.declaredPayload(0xfedcba98L);
        packet.pageOffset(0, 3L * pageSize);
        packet.pageOffset(1, 1L << 40);
        packet.pageOffset(2, pageSize);
        assertArrayEquals(
                PacketBytes.of(PacketBytes.SYNC | PacketBytes.ZSTD)
                        .pageSize(pageSize)
                        .slots(7)
                        .number(0x1122334455667788L)
                        .pages("pc.ram", 2, 1, 3L * pageSize, 1L << 40, pageSize)
                        .declared(0xfedcba98L)
                        .bytes(),
                write(packet));
    }

    @Test
    void clearedPacketIsZeroButForMagicAndVersion() throws IOException {
        MultiFdPacket packet = new MultiFdPacket(4096);
        packet.head(1, 2, 3);
        packet.name("a block");
        packet.counts(4, 5);
        packet.declaredPayload(6);
        packet.pageOffset(127, 7);
        packet.clear();
        assertArrayEquals(PacketBytes.of(0).slots(0).bytes(), write(packet));
    }

    @Test
    void shorterNameLeavesNothingOfTheLongerOne() throws IOException {
        MultiFdPacket packet = new MultiFdPacket(4096);
        packet.name("/rom@etc/acpi/tables");
        packet.name("pc.ram");
        assertArrayEquals(PacketBytes.of(0).slots(0).pages("pc.ram", 0, 0).bytes(), write(packet));
    }

    @Test
    void nameMustLeaveRoomForItsNul() {
        MultiFdPacket packet = new MultiFdPacket(4096);
        packet.name("x".repeat(255));
        assertThrows(IllegalArgumentException.class, () -> packet.name("x".repeat(256)));
    }

    @Test
    void deviceStateHasAShorterHeader() throws IOException {
        byte[] header =
                WireBytes.of()
                        .raw("11223344 00000001 00000040")
                        .text("0000:00:02.0/vfio")
                        .padTo(268)
                        .raw("00000003 00000005")
                        .bytes();
        MultiFdPacket packet = new MultiFdPacket(4096);
        packet.name("pc.ram");
        packet.device("0000:00:02.0/vfio", 3, 5);
        assertArrayEquals(header, write(packet));
        MultiFdPacket again = read(header, 4096);
        assertEquals(3, again.instance());
        assertEquals(5, again.payloadBytes());
        assertArrayEquals(header, write(again));
    }

    /** QEMU leaves old values where nobody looks; others may leave anything. */
    @Test
    void whatNobodyLooksAtIsKept() throws IOException {
        Random random = new Random(1);
        for (int flags : new int[] {0x00, 0x01, 0x03, 0x04, 0x40}) {
            byte[] bytes = new byte[flags == 0x40 ? 276 : 1344];
            random.nextBytes(bytes);
            byte[] head =
                    flags == 0x40
                            ? WireBytes.of().raw("11223344 00000001").u32(flags).bytes()
                            : WireBytes.of()
                                    .raw("11223344 00000001")
                                    .u32(flags)
                                    .raw("00000080 00000000")
                                    .bytes();
            System.arraycopy(head, 0, bytes, 0, head.length);
            bytes[flags == 0x40 ? 12 + 9 : 64 + 9] = 0;
            System.arraycopy(new byte[4], 0, bytes, flags == 0x40 ? 268 : 32, 4);
            assertArrayEquals(bytes, write(read(bytes, 4096)), "flags " + flags);
        }
    }
}
