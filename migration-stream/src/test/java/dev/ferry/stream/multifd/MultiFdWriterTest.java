package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.ram.ZeroDetection;
import dev.ferry.stream.testing.MemoryChannel;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class MultiFdWriterTest {

    private static final UUID VM = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
    private static final MultiFdOptions QEMU_10 = MultiFdOptions.DEFAULT.withUuid(VM);
    private static final MultiFdOptions QEMU_7 =
            QEMU_10.withStyle(MultiFdStyle.of("pc-q35-7.2", 7, 2));

    private final List<MemoryChannel> channels = new ArrayList<>();
    private final List<String> zeroPages = new ArrayList<>();

    private MultiFdWriter open(int count, MultiFdOptions options) {
        return open(count, 4096, options);
    }

    private MultiFdWriter open(int count, int pageSize, MultiFdOptions options) {
        channels.clear();
        for (int i = 0; i < count; i++) {
            channels.add(new MemoryChannel());
        }
        return new MultiFdWriter(
                channels,
                pageSize,
                options,
                (block, offset) -> zeroPages.add(block.id() + " " + offset));
    }

    private void assertChannel(int id, PacketBytes... packets) {
        WireBytes expected = WireBytes.of().raw(PacketBytes.handshake(id));
        for (PacketBytes packet : packets) {
            expected.raw(packet.bytes());
        }
        assertArrayEquals(expected.bytes(), channels.get(id).bytes(), "channel " + id);
    }

    private static PacketBytes sync(long number) {
        return PacketBytes.of(PacketBytes.SYNC).number(number);
    }

    private static byte[] pages(int... values) {
        byte[] bytes = new byte[4096 * values.length];
        for (int i = 0; i < values.length; i++) {
            Arrays.fill(bytes, 4096 * i, 4096 * (i + 1), (byte) values[i]);
        }
        return bytes;
    }

    private static int[] values(int count) {
        int[] values = new int[count];
        Arrays.setAll(values, i -> i % 200 + 1);
        return values;
    }

    // --- what is written ---------------------------------------------------------------------

    @Test
    void channelsBeginWithTheirHandshakes() throws IOException {
        try (MultiFdWriter writer = open(3, QEMU_10)) {
            writer.finish();
        }
        for (int id = 0; id < 3; id++) {
            assertChannel(id);
        }
    }

    @Test
    void normalPagesComeBeforeZeroPages() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10)) {
            new PageFeeder(new ZeroDetection(writer))
                    .raw("a", 0x3000, 8, 5, 0, 6)
                    .fill("a", 0x1000, 2, 0)
                    .fill("a", 0x9000, 1, 7);
            writer.finish();
        }
        assertChannel(
                0,
                PacketBytes.of(0)
                        .pages("a", 3, 3, 0x3000, 0x5000, 0x9000, 0x4000, 0x1000, 0x2000)
                        .payload(pages(5, 6, 7)));
        assertEquals(List.of(), zeroPages);
    }

    @Test
    void packetsGoToTheChannelsInTurn() throws IOException {
        try (MultiFdWriter writer = open(2, QEMU_10)) {
            new PageFeeder(writer).raw("a", 0, 0, values(256)).raw("b", 0, 0, 9);
            writer.finish();
        }
        long[] first = LongStream.range(0, 128).map(i -> i * 4096).toArray();
        long[] second = LongStream.range(128, 256).map(i -> i * 4096).toArray();
        int[] values = values(256);
        assertChannel(
                0,
                PacketBytes.of(0)
                        .number(0)
                        .pages("a", 128, 0, first)
                        .payload(pages(Arrays.copyOf(values, 128))),
                PacketBytes.of(0).number(2).pages("b", 1, 0, 0).payload(pages(9)));
        assertChannel(
                1,
                PacketBytes.of(0)
                        .number(1)
                        .pages("a", 128, 0, second)
                        .payload(pages(Arrays.copyOfRange(values, 128, 256))));
    }

    @Test
    void packetHasPagesOfOneBlock() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10)) {
            new PageFeeder(writer).raw("a", 0, 0, 1).fill("b", 0, 1, 0).raw("a", 0x1000, 0, 2);
            writer.finish();
        }
        assertChannel(
                0,
                PacketBytes.of(0).number(0).pages("a", 1, 0, 0).payload(pages(1)),
                PacketBytes.of(0).number(1).pages("b", 0, 1, 0),
                PacketBytes.of(0).number(2).pages("a", 1, 0, 0x1000).payload(pages(2)));
    }

    @Test
    void zeroPagesTakeSlotsToo() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10)) {
            new PageFeeder(writer).fill("a", 0, 128, 0).raw("a", 128 * 4096, 0, 1);
            writer.finish();
        }
        assertChannel(
                0,
                PacketBytes.of(0)
                        .pages("a", 0, 128, LongStream.range(0, 128).map(i -> i * 4096).toArray()),
                PacketBytes.of(0).number(1).pages("a", 1, 0, 128 * 4096).payload(pages(1)));
    }

    @Test
    void largerPagesAreFewerInAPacket() throws IOException {
        try (MultiFdWriter writer = open(1, 65536, QEMU_10)) {
            new PageFeeder(writer, 65536).raw("a", 0, 0, values(9));
            writer.finish();
        }
        byte[] content = new byte[9 * 65536];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i / 65536 + 1);
        }
        assertChannel(
                0,
                PacketBytes.of(0)
                        .pageSize(65536)
                        .pages("a", 8, 0, LongStream.range(0, 8).map(i -> i << 16).toArray())
                        .payload(Arrays.copyOf(content, 8 * 65536)),
                PacketBytes.of(0)
                        .pageSize(65536)
                        .number(1)
                        .pages("a", 1, 0, 8 << 16)
                        .payload(Arrays.copyOfRange(content, 8 * 65536, 9 * 65536)));
    }

    @Test
    void syncGoesToEveryChannelBehindThePages() throws IOException {
        try (MultiFdWriter writer = open(3, QEMU_10)) {
            PageFeeder feeder = new PageFeeder(writer);
            writer.sync();
            feeder.raw("a", 0, 0, 1);
            writer.sync();
            feeder.raw("a", 0x1000, 0, 2);
            writer.finish();
        }
        assertChannel(
                0,
                sync(0),
                PacketBytes.of(0).number(3).pages("a", 1, 0, 0).payload(pages(1)),
                sync(4));
        assertChannel(
                1,
                sync(1),
                sync(5),
                PacketBytes.of(0).number(7).pages("a", 1, 0, 0x1000).payload(pages(2)));
        assertChannel(2, sync(2), sync(6));
    }

    @Test
    void anOlderQemuLeavesOldFieldsAndMergesSync() throws IOException {
        try (MultiFdWriter writer = open(2, QEMU_7)) {
            PageFeeder feeder = new PageFeeder(writer);
            writer.sync();
            feeder.raw("a", 0x5000, 0, 1, 2).fill("a", 0, 2, 0);
            writer.sync();
            writer.sync();
            writer.finish();
        }
        PacketBytes stale =
                PacketBytes.of(0).slots(128).pages("a", 0, 0, 0x5000, 0x6000).declared(8192);
        assertChannel(
                0,
                sync(0).slots(128),
                PacketBytes.of(PacketBytes.SYNC)
                        .slots(128)
                        .number(2)
                        .pages("a", 2, 0, 0x5000, 0x6000)
                        .payload(pages(1, 2)),
                stale.number(2),
                PacketBytes.of(PacketBytes.SYNC)
                        .slots(128)
                        .number(4)
                        .pages("a", 0, 0, 0x5000, 0x6000)
                        .declared(8192));
        assertChannel(1, sync(1).slots(128), sync(3).slots(128), sync(5).slots(128));
        assertEquals(List.of("a 0", "a 4096"), zeroPages);
    }

    @Test
    void zeroPagesTravelAsContentIfAskedTo() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10.withZeroPages(ZeroPageDetection.NONE))) {
            new PageFeeder(writer).raw("a", 0, 0, 0).fill("a", 0x1000, 1, 0);
            writer.finish();
        }
        assertChannel(0, PacketBytes.of(0).pages("a", 2, 0, 0, 0x1000).payload(pages(0, 0)));
    }

    @Test
    void zeroPagesTravelOnTheMainChannelIfAskedTo() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10.withZeroPages(ZeroPageDetection.LEGACY))) {
            PageFeeder feeder = new PageFeeder(writer).raw("a", 0, 0, 3).fill("a", 0x1000, 1, 0);
            writer.zeroPages(feeder.block("b"), 0x1000, 2);
            writer.finish();
        }
        assertChannel(0, PacketBytes.of(0).pages("a", 1, 0, 0).payload(pages(3)));
        assertEquals(List.of("a 4096", "b 4096", "b 8192"), zeroPages);
    }

    @Test
    void compressedPacketsSayTheMethodButSyncDoesNot() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10.withCompression(MultiFdCompression.ZSTD))) {
            new PageFeeder(writer).fill("a", 0, 1, 0);
            writer.sync();
            writer.finish();
        }
        assertChannel(0, PacketBytes.of(PacketBytes.ZSTD).pages("a", 0, 1, 0), sync(1));
    }

    // --- what goes wrong ---------------------------------------------------------------------

    /** Takes some bytes, then fails. */
    private static final class FailingChannel implements WritableByteChannel {
        private final CountDownLatch failed = new CountDownLatch(1);
        private int left;

        FailingChannel(int bytes) {
            left = bytes;
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            if (left == 0) {
                failed.countDown();
                throw new IOException("No space left on device");
            }
            int n = Math.min(left, src.remaining());
            src.position(src.position() + n);
            left -= n;
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static MultiFdWriter writer(WritableByteChannel... channels) {
        return new MultiFdWriter(List.of(channels), 4096, QEMU_10, (block, offset) -> {});
    }

    @Test
    void failureIsToldByTheNextCallWhateverItIs() throws Exception {
        for (int call = 0; call < 3; call++) {
            FailingChannel failing = new FailingChannel(10);
            try (MultiFdWriter writer = writer(new MemoryChannel(), failing)) {
                failing.failed.await();
                PageFeeder feeder = new PageFeeder(writer);
                int which = call;
                IOException e = assertThrows(IOException.class, () -> until(writer, feeder, which));
                assertEquals("multifd channel id 1: No space left on device", e.getMessage());
                assertThrows(IOException.class, writer::finish);
            }
        }
    }

    /** The thread tells its failure a moment after the channel did; a call meets it soon. */
    private static void until(MultiFdWriter writer, PageFeeder feeder, int call)
            throws IOException {
        while (true) {
            switch (call) {
                case 0 -> feeder.raw("a", 0, 0, 1);
                case 1 -> writer.sync();
                default -> {
                    writer.finish();
                    return;
                }
            }
        }
    }

    @Test
    void failureLeavesNobodyWaiting() throws IOException {
        FailingChannel failing = new FailingChannel(2_000_000);
        try (MultiFdWriter writer = writer(failing, new MemoryChannel())) {
            PageFeeder feeder = new PageFeeder(writer);
            int[] values = values(256);
            IOException e =
                    assertThrows(
                            IOException.class,
                            () -> {
                                while (true) {
                                    feeder.raw("a", 0, 0, values);
                                }
                            });
            assertTrue(String.valueOf(e.getMessage()).contains("id 0"), e.toString());
            assertNotNull(e.getCause());
        }
    }

    @Test
    void finishTellsAFailureInTheLastBytes() throws IOException {
        try (MultiFdWriter writer = writer(new FailingChannel(64 + 1344))) {
            new PageFeeder(writer).raw("a", 0, 0, 1);
            IOException e = assertThrows(IOException.class, writer::finish);
            assertEquals("multifd channel id 0: No space left on device", e.getMessage());
        }
    }

    @Test
    void ourOwnMistakeInAThreadIsToldToo() throws IOException {
        WritableByteChannel broken = Channels.newChannel(new ThrowingStream());
        try (MultiFdWriter writer = writer(broken)) {
            IllegalStateException e = assertThrows(IllegalStateException.class, writer::finish);
            assertInstanceOf(UnsupportedOperationException.class, e.getCause());
        }
    }

    private static final class ThrowingStream extends java.io.OutputStream {
        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }
    }

    /** A peer that reads nothing: the pipe fills up, and close must not wait for ever. */
    @Test
    void closeBreaksOffAWriteThatDoesNotEnd() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel _ = pipe.source()) {
            MultiFdWriter writer = writer(pipe.sink());
            PageFeeder feeder = new PageFeeder(writer);
            feeder.raw("a", 0, 0, values(256));
            writer.close();
            assertFalse(pipe.sink().isOpen(), "left open with half a packet in it");
        }
    }

    @Test
    void interruptedCallerIsToldSo() throws IOException {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel _ = pipe.source();
                MultiFdWriter writer = writer(pipe.sink())) {
            PageFeeder feeder = new PageFeeder(writer);
            Thread.currentThread().interrupt();
            assertThrows(
                    InterruptedIOException.class,
                    () -> {
                        while (true) {
                            feeder.raw("a", 0, 0, values(256));
                        }
                    });
            assertTrue(Thread.interrupted(), "the interrupt is passed on");
        }
    }

    @Test
    void nothingMoreCanBeWrittenAfterFinish() throws IOException {
        try (MultiFdWriter writer = open(1, QEMU_10)) {
            PageFeeder feeder = new PageFeeder(writer);
            writer.finish();
            assertThrows(IllegalStateException.class, () -> feeder.raw("a", 0, 0, 1));
            assertThrows(IllegalStateException.class, writer::sync);
            assertThrows(IllegalStateException.class, writer::finish);
        }
        assertChannel(0);
    }

    @Test
    void numberOfChannelsAndPageSizeMustBePossible() throws IOException {
        assertThrows(IllegalArgumentException.class, () -> open(0, QEMU_10));
        assertThrows(IllegalArgumentException.class, () -> open(256, QEMU_10));
        try (MultiFdWriter writer = open(1, QEMU_10)) {
            assertThrows(IllegalArgumentException.class, () -> new PageFeeder(writer, 8192));
            writer.finish();
        }
    }
}
