package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RamStates;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MultiFdChannelTest {

    private static final int HANDSHAKE = 64;
    private static final int HEADER = 1344;

    private final RecordingSink sink = new RecordingSink();
    private final RamState ram = RamStates.of(sink);

    private MultiFdChannelTest() throws IOException {
        ram.announce();
        sink.lines();
    }

    private MultiFdChannel open(Object... packets) throws IOException {
        return open(ram, packets);
    }

    private static MultiFdChannel open(RamState ram, Object... packets) throws IOException {
        return new MultiFdChannel(new WireInput(new MemorySource("fd", bytes(packets))), 1, ram);
    }

    private static byte[] bytes(Object... packets) {
        WireBytes bytes = WireBytes.of().raw(PacketBytes.handshake(7));
        for (Object packet : packets) {
            bytes.raw(packet instanceof PacketBytes p ? p.bytes() : (byte[]) packet);
        }
        return bytes.bytes();
    }

    private static byte[] filled(int... values) {
        byte[] pages = new byte[4096 * values.length];
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(pages, 4096 * i, 4096 * (i + 1), (byte) values[i]);
        }
        return pages;
    }

    private void assertFails(
            Class<? extends StreamException> type, String problem, long at, Object... packets) {
        StreamException e = assertThrows(type, () -> open(packets).readToSync());
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    private void assertMalformed(String problem, long at, Object... packets) {
        assertFails(MalformedStreamException.class, problem, at, packets);
    }

    // --- handshake ---------------------------------------------------------------------------

    @Test
    void handshakeTellsTheChannelAndTheVm() throws IOException {
        MultiFdChannel channel = open();
        assertEquals(7, channel.handshake().id());
        assertEquals(
                UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
                channel.handshake().uuid());
        assertEquals(1, channel.channel());
        assertFalse(channel.readToSync());
    }

    @Test
    void handshakeMustHaveMagicAndVersion() {
        byte[] handshake = PacketBytes.handshake(0);
        for (int at : new int[] {0, 4}) {
            byte[] bad = handshake.clone();
            bad[at] = 0x12;
            StreamException e =
                    assertThrows(
                            StreamException.class,
                            () ->
                                    new MultiFdChannel(
                                            new WireInput(new MemorySource("fd", bad)), 1, ram));
            assertEquals(
                    at == 0
                            ? "multifd magic: expected 0x11223344, found 0x12223344"
                            : "multifd version: expected 1, found 301989889",
                    e.problem());
            assertEquals(at, e.at().offset());
        }
        StreamException e =
                assertThrows(
                        TruncatedStreamException.class,
                        () ->
                                new MultiFdChannel(
                                        new WireInput(
                                                new MemorySource(
                                                        "fd", Arrays.copyOf(handshake, 63))),
                                        1,
                                        ram));
        assertEquals("multifd handshake: expected 39 bytes, the input ends after 38", e.problem());
    }

    // --- packets -----------------------------------------------------------------------------

    @Test
    void plainPagesFollowTheHeader() throws IOException {
        MultiFdChannel channel =
                open(
                        PacketBytes.of(0)
                                .number(5)
                                .pages("a", 3, 0, 0x2000, 0x3000, 0x1000)
                                .payload(filled(1, 2, 3)),
                        PacketBytes.of(PacketBytes.SYNC).number(9),
                        PacketBytes.of(0).pages("b", 1, 0, 0).payload(filled(4)));
        assertTrue(channel.readToSync());
        int first = HANDSHAKE + HEADER;
        assertEquals(
                List.of(
                        "MULTIFD RAW a 0x2000 x2 [1..1 2..2] @0x"
                                + Integer.toHexString(first)
                                + " channel 1",
                        "MULTIFD RAW a 0x1000 [3..3] @0x"
                                + Integer.toHexString(first)
                                + " channel 1"),
                sink.lines());
        assertFalse(channel.readToSync());
        assertEquals(1, sink.lines().size());
        assertEquals(
                new MultiFdStatistics(3, 2, 4, 0, 16384, 1, 0, 5, 0, MultiFdCompression.NONE),
                channel.statistics());
    }

    @Test
    void zeroPagesOf100AreListedBehindTheNormalOnes() throws IOException {
        MultiFdChannel channel =
                open(
                        PacketBytes.of(0)
                                .pages("a", 1, 2, 0x5000, 0x1000, 0x2000)
                                .payload(filled(1)),
                        PacketBytes.of(0).pages("b", 0, 1, 0x3000),
                        PacketBytes.of(PacketBytes.SYNC));
        assertTrue(channel.readToSync());
        List<String> lines = sink.lines();
        assertEquals("MULTIFD RAW a 0x5000 [1..1]", lines.get(0).replaceAll(" @.*", ""));
        assertEquals("MULTIFD_ZERO FILL a 0x1000 x2 [0] @0x40 channel 1", lines.get(1));
        assertEquals("MULTIFD_ZERO FILL b 0x3000 [0]", lines.get(2).replaceAll(" @.*", ""));
        assertEquals(3, channel.statistics().zeroPages());
    }

    /** QEMU 7.2 leaves the length, the block and the offsets of the packet before. */
    @Test
    void packetWithoutPagesHasNoPayloadWhateverItsHeaderSays() throws IOException {
        MultiFdChannel channel =
                open(
                        PacketBytes.of(0).pages("a", 2, 0, 0, 0x1000).payload(filled(1, 2)),
                        PacketBytes.of(PacketBytes.SYNC)
                                .slots(128)
                                .pages("gone", 0, 0, 0x123, 0x1000)
                                .declared(8192),
                        PacketBytes.of(0).pages("a", 1, 0, 0x2000).payload(filled(3)));
        assertTrue(channel.readToSync());
        assertFalse(channel.readToSync());
        assertEquals(2, sink.lines().size());
        assertEquals(12288, channel.statistics().payloadBytes());
    }

    /** QEMU 7.2 merges a SYNC into a packet that waits, and sends an empty one behind. */
    @Test
    void syncMayCarryPages() throws IOException {
        MultiFdChannel channel =
                open(
                        PacketBytes.of(PacketBytes.SYNC)
                                .slots(128)
                                .pages("a", 1, 0, 0)
                                .payload(filled(1)),
                        PacketBytes.of(0),
                        PacketBytes.of(PacketBytes.SYNC));
        assertTrue(channel.readToSync());
        assertEquals(1, sink.lines().size());
        assertTrue(channel.readToSync());
        assertFalse(channel.readToSync());
    }

    @Test
    void deviceStateIsPassed() throws IOException {
        byte[] state =
                WireBytes.of()
                        .raw("11223344 00000001 00000040")
                        .text("vfio")
                        .padTo(268)
                        .raw("00000003 00000005")
                        .raw("0102030405")
                        .bytes();
        assertEquals(276 + 5, state.length);
        MultiFdChannel channel =
                open(
                        PacketBytes.of(0).pages("a", 1, 0, 0).payload(filled(1)),
                        state,
                        PacketBytes.of(PacketBytes.SYNC));
        assertTrue(channel.readToSync());
        assertEquals(1, channel.statistics().deviceStates());
        assertEquals(3, channel.statistics().packets());
    }

    @Test
    void withoutContentsPayloadsAreNotUnpacked() throws IOException {
        RecordingSink counting = new RecordingSink(false);
        MultiFdChannel channel =
                open(
                        RamStates.of(counting),
                        PacketBytes.of(PacketBytes.ZLIB)
                                .pages("a", 2, 1, 0, 0x1000, 0x2000)
                                .payload(new byte[] {1, 2, 3}),
                        PacketBytes.of(PacketBytes.SYNC));
        assertTrue(channel.readToSync());
        assertEquals(
                List.of(
                        "blocks of 4096: a 0x100000 b 0x4000",
                        "MULTIFD ABSENT a 0x0 x2 @0x40 channel 1",
                        "MULTIFD_ZERO FILL a 0x2000 [0] @0x40 channel 1"),
                counting.lines());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5000})
    void howTheBytesArriveMakesNoDifference(int piece) throws IOException {
        long[] offsets = new long[128];
        int[] values = new int[128];
        for (int i = 0; i < 128; i++) {
            offsets[i] = (255L - 2L * i) * 4096;
            values[i] = i;
        }
        byte[] bytes =
                bytes(
                        PacketBytes.of(0).pages("a", 128, 0, offsets).payload(filled(values)),
                        PacketBytes.of(PacketBytes.SYNC));
        MultiFdChannel channel =
                new MultiFdChannel(new WireInput(ForwardSource.inPieces(bytes, piece)), 1, ram);
        assertTrue(channel.readToSync());
        List<String> lines = sink.lines();
        assertEquals(128, lines.size());
        assertEquals("MULTIFD RAW a 0xff000 [0..0]", lines.getFirst().replaceAll(" @.*", ""));
        assertEquals("MULTIFD RAW a 0x1000 [7f..7f]", lines.getLast().replaceAll(" @.*", ""));
    }

    @ParameterizedTest
    @ValueSource(ints = {256, 1024, 4096, 8192, 65536})
    void pageSizeShowsInTheFirstPacket(int pageSize) throws IOException {
        byte[] page = new byte[pageSize];
        new Random(pageSize).nextBytes(page);
        PacketBytes data =
                PacketBytes.of(0).pageSize(pageSize).pages("a", 1, 0, pageSize).payload(page);
        PacketBytes sync = PacketBytes.of(PacketBytes.SYNC).pageSize(pageSize);
        for (Object[] order : new Object[][] {{data, sync}, {sync, data}, {sync, sync}}) {
            RamState state = RamStates.of(new RecordingSink(), 0);
            MultiFdChannel channel = open(state, order);
            assertTrue(channel.readToSync());
            channel.readToSync();
            assertEquals(pageSize, state.pageSize());
        }
        RamState state = RamStates.of(new RecordingSink(), 0);
        assertTrue(open(state, sync).readToSync());
        assertEquals(pageSize, state.pageSize());
    }

    // --- what cannot be ----------------------------------------------------------------------

    @Test
    void packetMustHaveMagicAndVersion() {
        assertMalformed(
                "multifd magic: expected 0x11223344, found 0x1",
                HANDSHAKE,
                PacketBytes.of(0).magic(1));
        assertFails(
                UnsupportedStreamException.class,
                "multifd version: expected 1, found 2",
                HANDSHAKE + 4,
                PacketBytes.of(0).version(2));
    }

    @Test
    void flagsMustBeKnown() {
        assertMalformed("packet flags: unknown bits in 0x80", HANDSHAKE + 8, PacketBytes.of(0x80));
        assertMalformed(
                "packet flags: several compression methods in 0x6",
                HANDSHAKE + 8,
                PacketBytes.of(6).pages("a", 0, 1, 0));
        assertMalformed(
                "packet flags: SYNC in a device state packet", HANDSHAKE + 8, PacketBytes.of(0x41));
    }

    @Test
    void countsMustFitTheSlots() {
        assertMalformed(
                "offset slots: expected at most 128, found 129",
                HANDSHAKE + 12,
                PacketBytes.of(0).slots(129));
        assertMalformed(
                "offset slots: expected at most 128, found 4294967295",
                HANDSHAKE + 12,
                PacketBytes.of(0).slots(0xffffffffL));
        assertMalformed(
                "normal pages: expected at most 100, found 101",
                HANDSHAKE + 16,
                PacketBytes.of(0).slots(100).counts(101, 0));
        assertMalformed(
                "zero pages: expected at most 28, found 29",
                HANDSHAKE + 32,
                PacketBytes.of(0).counts(100, 29));
        assertMalformed(
                "normal pages: expected at most 128, found 2147483648",
                HANDSHAKE + 16,
                PacketBytes.of(0).counts(0x80000000L, 0));
    }

    @Test
    void blockMustBeInTheList() {
        assertMalformed(
                "block name: 'c' is not in the block list",
                HANDSHAKE + 64,
                PacketBytes.of(0).pages("c", 1, 0, 0).payload(filled(1)));
        assertMalformed(
                "name: expected a NUL within 256 bytes",
                HANDSHAKE + 64,
                PacketBytes.of(0).pages("x".repeat(256), 1, 0, 0).payload(filled(1)));
    }

    @Test
    void offsetsMustBeWholePagesOfTheBlock() {
        for (long offset : new long[] {0x4000, 0x3001, -4096, Long.MIN_VALUE, 1L << 40}) {
            assertMalformed(
                    "page offset: expected a multiple of 4096 and a whole page within the"
                            + " block's 0x4000 bytes, found 0x"
                            + Long.toHexString(offset),
                    HANDSHAKE + 328,
                    PacketBytes.of(0).pages("b", 2, 0, 0, offset).payload(filled(1, 2)));
        }
    }

    @Test
    void plainPayloadMustBeThePagesLength() {
        assertMalformed(
                "payload bytes: expected 4096, found 4095",
                HANDSHAKE + 20,
                PacketBytes.of(0).pages("a", 1, 0, 0).payload(filled(1)).declared(4095));
        assertMalformed(
                "payload bytes: expected 4096, found 4294967295",
                HANDSHAKE + 20,
                PacketBytes.of(0).pages("a", 1, 0, 0).declared(0xffffffffL));
    }

    @Test
    void packedPayloadHasALimit() {
        assertFails(
                LimitExceededException.class,
                "payload bytes: 4294967295 found, the limit is 1048576",
                HANDSHAKE + 20,
                PacketBytes.of(PacketBytes.ZSTD).pages("a", 1, 0, 0).declared(0xffffffffL));
    }

    @Test
    void methodMustStayTheSame() {
        assertMalformed(
                "packet flags: expected compression none, found zlib",
                HANDSHAKE + HEADER + 4096 + 8,
                PacketBytes.of(0).pages("a", 1, 0, 0).payload(filled(1)),
                PacketBytes.of(PacketBytes.ZLIB).pages("a", 0, 1, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8 qpl", "16 uadk", "32 qatzip"})
    void hardwareMethodsAreNotRead(String method) {
        int flags = Integer.parseInt(method.replaceAll(" .*", ""));
        assertFails(
                UnsupportedStreamException.class,
                "multifd compression " + method.replaceAll(".* ", "") + " cannot be read",
                HANDSHAKE + 8,
                PacketBytes.of(flags).pages("a", 1, 0, 0).payload(new byte[10]));
    }

    @Test
    void channelMayEndOnlyBetweenPackets() {
        byte[] data = PacketBytes.of(0).pages("a", 1, 0, 0).payload(filled(1)).bytes();
        for (int length = 1; length < data.length; length += length < 330 ? 1 : 211) {
            byte[] cut = Arrays.copyOf(data, length);
            StreamException e =
                    assertThrows(TruncatedStreamException.class, () -> open(cut).readToSync());
            assertTrue(
                    e.at().breadcrumb().startsWith("multifd channel id 7 / packet 0"),
                    e.getMessage());
        }
    }

    @Test
    void handshakeIsRecognisedByItsFirstWord() {
        assertTrue(MultiFdHandshake.begins(0x11223344L));
        assertFalse(MultiFdHandshake.begins(0x5145564dL));
        assertFalse(MultiFdHandshake.begins(-1));
        assertArrayEquals(
                new int[] {2048, 128, 8},
                new int[] {
                    MultiFdPacket.slots(256), MultiFdPacket.slots(4096), MultiFdPacket.slots(65536)
                });
        assertEquals(HEADER, MultiFdPacket.headerBytes(4096));
    }
}
