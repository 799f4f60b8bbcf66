package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MigrationReader.Channel;
import dev.ferry.stream.MigrationReader.ChannelRole;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Migrations of several channels. */
class MigrationReaderTest {

    private final RecordingSink sink = new RecordingSink();

    private MigrationReader open(byte[] main) {
        return MigrationReader.of(input("main", main), ReaderOptions.DEFAULT.withPages(sink));
    }

    private static WireInput input(String name, byte[] bytes) {
        return new WireInput(new MemorySource(name, bytes));
    }

    private static byte[] handshake(int id) {
        return WireBytes.of().raw("11223344 00000001").fill(0, 16).u8(id).fill(0, 39).bytes();
    }

    /** A packet with one zero page of block {@code m}. */
    private static byte[] zero(long offset) {
        return WireBytes.of()
                .raw("11223344 00000001 00000000 00000080 00000000 00000000")
                .u64(0)
                .u32(1)
                .padTo(64)
                .text("m")
                .padTo(320)
                .u64(offset)
                .padTo(1344)
                .bytes();
    }

    private static byte[] sync() {
        return WireBytes.of().raw("11223344 00000001 00000001").padTo(1344).bytes();
    }

    private static byte[] channel(int id, byte[]... packets) {
        WireBytes bytes = WireBytes.of().raw(handshake(id));
        for (byte[] packet : packets) {
            bytes.raw(packet);
        }
        return bytes.bytes();
    }

    private List<String> pages() {
        return sink.lines().stream()
                .filter(line -> !line.startsWith("blocks"))
                .map(line -> line.replaceAll(" @.*channel", " channel").replaceAll(" @.*", ""))
                .toList();
    }

    // --- multifd -----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0"})
    void channelsMayComeInAnyOrder(int first, int second) throws IOException {
        byte[] main =
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(WireBytes.of().u64(0x2002).str8("m").u8(0))
                        .ramEnd()
                        .eof()
                        .bytes();
        byte[][] further = {
            channel(0, sync(), zero(0x1000), sync(), sync()), channel(1, sync(), sync(), sync())
        };
        MigrationReader reader = open(main);
        reader.addChannel(input("fd", further[first]));
        reader.addChannel(input("fd", further[second]));
        Recordings.items(reader);
        assertEquals(
                List.of(
                        "ZERO FILL m 0x2000 [0]",
                        "MULTIFD_ZERO FILL m 0x1000 [0] channel " + (first + 1)),
                pages());
        assertEquals(ChannelRole.MULTIFD, reader.channels().get(2).role());
    }

    @Test
    void flushRecordsOrderPagesAgainstMultifd() throws IOException {
        byte[] main =
                StreamBytes.of()
                        .start(0x01, 2, "ram", 0, 4)
                        .raw("0000000000010004 016d 0000000000010000")
                        .raw("0000000000000200 0000000000000010")
                        .footer(2)
                        .ramPart(
                                WireBytes.of()
                                        .raw("0000000000001002 016d 00")
                                        .raw("0000000000000200")
                                        .raw("0000000000003022 00"))
                        .ramEnd()
                        .eof()
                        .bytes();
        MigrationReader reader = open(main);
        reader.addChannel(input("fd", channel(0, sync(), zero(0x2000), sync(), zero(0x4000))));
        Recordings.items(reader);
        assertEquals(
                List.of(
                        "ZERO FILL m 0x1000 [0]",
                        "MULTIFD_ZERO FILL m 0x2000 [0] channel 1",
                        "ZERO FILL m 0x3000 [0]",
                        "MULTIFD_ZERO FILL m 0x4000 [0] channel 1"),
                pages());
    }

    @Test
    void channelThatEndsEarlyIsAnError() throws IOException {
        MigrationReader reader = open(StreamBytes.of().ramStart(0x10000).ramEnd().eof().bytes());
        reader.addChannel(input("fd", channel(0, sync())));
        StreamException e =
                assertThrows(TruncatedStreamException.class, () -> Recordings.items(reader));
        assertEquals(
                "multifd channel id 0: expected SYNC packet number 2, the channel ends after 1",
                e.problem());
    }

    @Test
    void secondMainChannelIsRefused() {
        MigrationReader reader = open(StreamBytes.of().eof().bytes());
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> reader.addChannel(input("two", StreamBytes.of().bytes())));
        assertEquals(
                "channel 1: a second stream header; one main channel is expected", e.problem());
    }

    // --- postcopy ----------------------------------------------------------------------------

    private static StreamBytes switchedOver() {
        return StreamBytes.of()
                .command(3, "0000000000001000 0000000000001000")
                .ramStart(0x10000)
                .packaged(StreamBytes.bare().command(4, "").command(5, "").bytes());
    }

    @ParameterizedTest
    @CsvSource({"''", "0000000000000010"})
    void preemptChannelHasBareRecords(String end) throws IOException {
        MigrationReader reader =
                open(
                        switchedOver()
                                .ramPart(WireBytes.of().raw("0000000000001002 016d 00"))
                                .ramEnd()
                                .eof()
                                .bytes());
        reader.addChannel(
                input(
                        "preempt",
                        WireBytes.hex("0000000000002002 016d 00 0000000000003022 00" + end)));
        Recordings.items(reader);
        assertEquals(
                List.of("ZERO FILL m 0x1000 [0]", "ZERO FILL m 0x2000 x2 [0] channel 1"), pages());
        assertEquals(
                List.of(
                        new Channel(0, ChannelRole.MAIN, "main"),
                        new Channel(1, ChannelRole.PREEMPT, "preempt")),
                reader.channels());
    }

    @Test
    void emptyChannelIsAPreemptChannelNobodyUsed() throws IOException {
        MigrationReader reader = open(switchedOver().ramEnd().eof().bytes());
        reader.addChannel(input("preempt", new byte[0]));
        Recordings.items(reader);
        assertEquals(ChannelRole.PREEMPT, reader.channels().get(1).role());
    }

    @Test
    void preemptChannelCutShortIsAnError() throws IOException {
        MigrationReader reader = open(switchedOver().ramEnd().eof().bytes());
        reader.addChannel(input("preempt", WireBytes.hex("0000000000002002 016d")));
        StreamException e =
                assertThrows(TruncatedStreamException.class, () -> Recordings.items(reader));
        assertEquals("preempt channel / block 'm' / page 0x2000", e.at().breadcrumb());
        assertEquals("preempt", e.at().source());
    }

    @Test
    void recoveryGoesOnOnANewChannel() throws IOException {
        byte[] cut = switchedOver().raw("02 00000002 0000000000001002 016d 00 00000000").bytes();
        byte[] again =
                StreamBytes.bare()
                        .command(10, "01 6d")
                        .command(9, "")
                        .ramPart(WireBytes.of().raw("0000000000002002 016d 00"))
                        .ramEnd()
                        .eof()
                        .bytes();
        MigrationReader reader = open(cut);
        reader.addChannel(input("again", again));
        List<StreamItem> items = Recordings.items(reader);
        assertEquals(
                List.of("ZERO FILL m 0x1000 [0]", "ZERO FILL m 0x2000 [0] channel 1"), pages());
        assertInstanceOf(StreamItem.Eof.class, items.getLast());
        assertEquals(1, items.getLast().channel());
        assertEquals(ChannelRole.RECOVERED, reader.channels().get(1).role());
    }

    @Test
    void recoveredChannelKnowsNoBlockToContinue() throws IOException {
        byte[] cut = switchedOver().raw("02 00000002 0000000000001002 016d 00").bytes();
        byte[] again =
                StreamBytes.bare()
                        .command(9, "")
                        .ramPart(WireBytes.of().raw("0000000000002022 00"))
                        .bytes();
        MigrationReader reader = open(cut);
        reader.addChannel(input("again", again));
        StreamException e =
                assertThrows(MalformedStreamException.class, () -> Recordings.items(reader));
        assertEquals("RAM record: CONTINUE before any block was named", e.problem());
    }

    @Test
    void deviceOnAChannelThatCannotSeekIsDecodedInPassing() throws IOException {
        byte[] main =
                switchedOver()
                        .device(5, "timer", new byte[8])
                        .eof()
                        .description("timer", 8)
                        .bytes();
        WireBytes pages = WireBytes.of().raw("0000000000002002 016d 00");
        for (int i = 0; i < 200; i++) {
            pages.u64(0x1028).fill(1, 4096);
        }
        byte[] again =
                StreamBytes.bare()
                        .command(9, "")
                        .packaged(
                                StreamBytes.bare()
                                        .device(5, "timer", WireBytes.hex("0102030405060708"))
                                        .bytes())
                        .ramPart(pages)
                        .ramEnd()
                        .eof()
                        .bytes();
        MigrationReader reader = open(main);
        reader.addChannel(new WireInput(ForwardSource.of(again)));
        StreamItem.Section device =
                Recordings.items(reader).stream()
                        .filter(item -> item.channel() == 1)
                        .filter(StreamItem.Section.class::isInstance)
                        .map(StreamItem.Section.class::cast)
                        .findFirst()
                        .orElseThrow();
        assertEquals("timer", ((SectionBody.Device) device.body()).state().name());
    }

    @Test
    void truncationBeforePostcopyIsNoRecovery() throws IOException {
        MigrationReader reader = open(StreamBytes.of().ramStart(0x10000).bytes());
        reader.addChannel(input("again", StreamBytes.bare().command(9, "").bytes()));
        assertThrows(TruncatedStreamException.class, () -> Recordings.items(reader));
    }

    @Test
    void returnPathIsReadWhole() throws IOException {
        MigrationReader reader = open(StreamBytes.of().eof().bytes());
        reader.addReturnPath(input("rev", WireBytes.hex("0002 0004 00000001 0001 0004 00000000")));
        assertEquals(2, reader.returnPath().size());
        assertEquals(ChannelRole.RETURN_PATH, reader.channels().get(1).role());
    }

    @Test
    void returnPathsKeepAFewMessagesOfMany() throws IOException {
        MigrationReader reader = open(StreamBytes.of().eof().bytes());
        WireBytes bytes = WireBytes.of();
        for (int i = 0; i < (1 << 20) + 5; i++) {
            bytes.raw(new byte[] {0, 7, 0, 0});
        }
        reader.addReturnPath(input("rev", bytes.bytes()));
        assertEquals(1 << 20, reader.returnPath().size());
        assertEquals(
                "return path: 1048581 messages, only the first 1048576 are kept",
                reader.findings().list().getFirst().message());
    }

    // --- the rest ----------------------------------------------------------------------------

    @Test
    void pageSizeOptionOverridesWhatWouldBeInferred() throws IOException {
        byte[] main =
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(WireBytes.of().u64(0x2002).str8("m").u8(0))
                        .eof()
                        .bytes();
        MigrationReader reader =
                MigrationReader.of(
                        input("main", main),
                        ReaderOptions.DEFAULT.withPageSize(8192).withPages(sink));
        Recordings.items(reader);
        assertEquals(8192, reader.ram().pageSize());
        assertEquals(1, reader.ram().statistics().pages(PageKind.ZERO));
    }

    @Test
    void pageSizeThatTheDescriptionContradictsIsAFinding() throws IOException {
        // One zero page alone says nothing about its size.
        byte[] main =
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(WireBytes.of().u64(2).str8("m").u8(0))
                        .ramEnd()
                        .eof()
                        .vmdesc("{\"page_size\": 8192, \"devices\": []}")
                        .bytes();
        MigrationReader reader = open(main);
        Recordings.items(reader);
        Finding finding = reader.findings().list().getFirst();
        assertEquals(Finding.Severity.ERROR, finding.severity());
        assertEquals(
                "page size: the description says 8192, pages were read as 4096", finding.message());
    }

    @Test
    void closingClosesEveryChannel() throws IOException {
        ForwardSource main = ForwardSource.of(StreamBytes.of().eof().bytes());
        ForwardSource further = ForwardSource.of(handshake(0));
        ForwardSource reverse = ForwardSource.of(new byte[0]);
        MigrationReader reader = MigrationReader.of(new WireInput(main), ReaderOptions.DEFAULT);
        reader.addChannel(new WireInput(further));
        reader.addReturnPath(new WireInput(reverse));
        reader.close();
        assertTrue(main.closed() && further.closed() && reverse.closed());
    }
}
