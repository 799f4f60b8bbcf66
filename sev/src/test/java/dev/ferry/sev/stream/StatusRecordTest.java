package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.RamImage;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The record that tells which pages are shared, in both forms it had. */
class StatusRecordTest {

    private static final String HEAD = "0000000000000200 06 70632e72616d 00000002";
    private static final String END = "00000002";

    private static byte[] raw(String record) throws IOException, SevException {
        byte[] bytes = HexFormat.of().parseHex(record.replace(" ", ""));
        return SevStreamBytes.of((ram, out) -> out.bytes(bytes));
    }

    private static SevSummary read(byte[] stream, Dialect dialect) throws IOException {
        SevReading sev = new SevReading(SevOptions.DEFAULT.withDialect(dialect));
        Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
        return Objects.requireNonNull(sev.summary());
    }

    private static SevSummary list(String ranges) throws IOException, SevException {
        return read(raw(HEAD + ranges + END), Dialect.AMD_SEV_V4);
    }

    private static StreamException refused(String record, Dialect dialect)
            throws IOException, SevException {
        byte[] stream = raw(record);
        return assertThrows(StreamException.class, () -> read(stream, dialect));
    }

    // --- the list ----------------------------------------------------------------------------

    @Test
    void specifiedBytesAreWritten() throws IOException, SevException {
        byte[] stream =
                SevStreamBytes.of((ram, out) -> {
                    ram.fill(SevStreamBytes.BLOCK, 0, 0);
                    new SevRecordWriter(ram)
                            .sharedRegions(
                                    SevStreamBytes.BLOCK,
                                    List.of(new GfnRange(0x10, 0x12), new GfnRange(0x100, 0x180)));
                });
        assertTrue(
                HexFormat.of()
                        .formatHex(stream)
                        .contains(
                                "0000000000000220 00000002 00000001 00000010 00000012 00000001"
                                                .replace(" ", "")
                                        + "00000100 00000180 00000002".replace(" ", "")));
    }

    @Test
    void anyOrderAndOverlapIsTaken() throws IOException, SevException {
        SevSummary summary =
                list(
                        "00000001 00000100 00000180 00000001 00000010 00000012 00000001 00000011 00000110");
        assertEquals(
                List.of(
                        new GfnRange(0x100, 0x180),
                        new GfnRange(0x10, 0x12),
                        new GfnRange(0x11, 0x110)),
                summary.sharedRegions());
    }

    @Test
    void allOf32BitsIsTakenAndNoMoreIsSent() throws IOException, SevException {
        assertEquals(
                List.of(new GfnRange(0, 0xffffffffL)),
                list("00000001 00000000 ffffffff").sharedRegions());
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        SevStreamBytes.of((ram, out) ->
                                new SevRecordWriter(ram)
                                        .sharedRegions(
                                                SevStreamBytes.BLOCK,
                                                List.of(
                                                        new GfnRange(
                                                                0xffff_fffeL, 0x1_0000_0000L)))));
    }

    @ParameterizedTest
    @CsvSource({
        "00000007, 'shared regions list entry: expected 1 (one more) or 2 (the end), found 7'",
        "00000000, 'shared regions list entry: expected 1 (one more) or 2 (the end), found 0'",
        "'00000001 00000010 00000010', 'shared regions list entry 0: expected a start below its"
                + " end, found 0x10 and 0x10'",
        "'00000001 00000010 0000000f', 'shared regions list entry 0: expected a start below its"
                + " end, found 0x10 and 0xf'",
    })
    void whatIsNoListIsRefused(String entries, String problem) throws IOException, SevException {
        assertEquals(problem, refused(HEAD + entries, Dialect.AMD_SEV_V4).problem());
    }

    @Test
    void aListComesOnce() throws IOException, SevException {
        StreamException e =
                refused(HEAD + END + "0000000000000220 00000002" + END, Dialect.AMD_SEV_V4);
        assertTrue(e.problem().startsWith("which pages are shared: told once more"), e.problem());
    }

    @Test
    void aListHasNoPageOffset() throws IOException, SevException {
        StreamException e =
                refused("0000000000001200 06 70632e72616d 00000002" + END, Dialect.AMD_SEV_V4);
        assertEquals("which pages are shared: expected page offset 0, found 0x1000", e.problem());
    }

    @Test
    void unendingListsEndAtTheLimit() throws IOException, SevException {
        byte[] stream =
                SevStreamBytes.of((ram, out) -> {
                    out.bytes(HexFormat.of().parseHex(HEAD.replace(" ", "")));
                    for (int i = 0; i <= StatusReader.MAX_RANGES; i++) {
                        out.u32(1);
                        out.u32(i);
                        out.u32(i + 1L);
                    }
                });
        StreamException e =
                assertThrows(StreamException.class, () -> read(stream, Dialect.AMD_SEV_V4));
        assertTrue(e.problem().contains("1048577"), e.problem());
    }

    @Test
    void aGuestWithoutPrivatePagesIsReported() throws IOException, SevException {
        SevReading sev = new SevReading(SevOptions.DEFAULT);
        MigrationReader reader =
                Captures.read(raw(HEAD + END), ReaderOptions.DEFAULT.withExtension(sev));
        assertEquals(1, reader.findings().list().size());
        assertTrue(
                reader.findings()
                        .list()
                        .getFirst()
                        .message()
                        .startsWith("SEV guest: no private page was sent"));
    }

    @Test
    void aGuestWithoutPrivatePagesIsSentSoThatItArrives() throws IOException, SevException {
        SentStream sent = new SentStream(16, 7);
        byte[] stream = sent.allShared();
        SevReading sev = new SevReading(SevOptions.DEFAULT.withReceiver(SentStream::receiver));
        try (RamImage image = new RamImage()) {
            MigrationReader reader =
                    Captures.read(
                            stream, ReaderOptions.DEFAULT.withExtension(sev).withPages(image));
            assertEquals(List.of(), reader.findings().list());
            assertArrayEquals(
                    sent.memory, image.blocks().getFirst().memory().toArray(ValueLayout.JAVA_BYTE));
        }
        SevSummary summary = Objects.requireNonNull(sev.summary());
        assertEquals(1, summary.opened());
        assertEquals(List.of(new GfnRange(0, 16)), summary.sharedRegions());
    }

    // --- bitmaps -----------------------------------------------------------------------------

    @Test
    void bitmapsAreReadAndWritten() throws IOException, SevException {
        byte[] bits = {0x01, 0, 0, 0, 0, 0, 0, (byte) 0x80, 0x05, 0, 0, 0, 0, 0, 0, 0};
        List<SlotBitmap> slots =
                List.of(new SlotBitmap(0, 67, bits), new SlotBitmap(0xfffc0000L, 64, new byte[8]));
        byte[] stream =
                SevStreamBytes.of((ram, out) ->
                        new SevRecordWriter(ram).bitmaps(SevStreamBytes.BLOCK, slots));
        SevSummary summary = read(stream, Dialect.AMD_SEV_V1);
        assertEquals(2, summary.bitmaps().size());
        SlotBitmap first = summary.bitmaps().getFirst();
        assertEquals(67, first.pages());
        assertArrayEquals(bits, first.bits());
        List<Long> encrypted = new ArrayList<>();
        for (long page = 0; page < first.pages(); page++) {
            if (first.encrypted(page)) {
                encrypted.add(page);
            }
        }
        assertEquals(List.of(0L, 63L, 64L, 66L), encrypted);
        assertEquals(4, first.encrypted());
        assertEquals(0xfffc0000L, summary.bitmaps().getLast().baseGpa());
        assertEquals(0, summary.bitmaps().getLast().encrypted());
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000000041, 0000000000000008, 'encryption bitmap of 65 pages: expected 16 bytes,"
                + " found 8'",
        "0000000000000041, 0000000000000011, 'encryption bitmap of 65 pages: expected 16 bytes,"
                + " found 17'",
        "ffffffffffffffff, 0000000000000000, pages",
        "4000000000000000, 0800000000000000, pages",
        "0000000080000000, 0000000010000000, bitmap",
    })
    void lyingBitmapsAreRefusedBeforeAnythingIsAllocated(String pages, String size, String words)
            throws IOException, SevException {
        StreamException e =
                refused(HEAD + "00000001 0000000000000000" + pages + size, Dialect.AMD_SEV_V1);
        assertTrue(e.problem().contains(words), e.problem());
    }

    // --- pages -------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "00000003, \"encrypted record's type: expected 1 (page) or 2 (shared regions list), found 3\"",
        "'00000001 00000001 00004001', PDH certificate's length",
        "'00000001 00000001 00000823', \"PDH certificate's length: expected 2084, found 2083\"",
    })
    void oddPageRecordsAreRefused(String body, String words) throws IOException, SevException {
        StreamException e = refused("0000000000000200 06 70632e72616d" + body, Dialect.AMD_SEV_V4);
        assertTrue(e.problem().contains(words.replace("\"", "")), e.problem());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 51, 53, 0x4000, -1})
    void aPacketHeaderHas52Bytes(int length) throws IOException, SevException {
        byte[] packet = new byte[4 + 52 + 4 + 4096];
        ByteBuffer.wrap(packet).putInt(0, length).putInt(4 + 52, 4096);
        byte[] stream =
                SevStreamBytes.of((ram, out) -> {
                    StartFields start =
                            new StartFields(0, SentStream.POLICY, new byte[2084], new byte[128]);
                    new SevRecordWriter(ram)
                            .first(start, SevStreamBytes.BLOCK, 0, ByteBuffer.wrap(packet), 4, 60);
                });
        int at = stream.length - 4096 - 4 - 52 - 4 - 8 - 5 - 1;
        ByteBuffer.wrap(stream).putInt(at, length);
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class, () -> read(stream, Dialect.AMD_SEV_V4));
        assertEquals(
                "packet header's length: expected 52, found " + Integer.toUnsignedString(length),
                e.problem());
        assertEquals(at, e.at().offset());
    }

    @Test
    void upstreamsFlushStaysAFlush() throws IOException, SevException {
        byte[] stream = SevStreamBytes.of((ram, out) -> ram.flush());
        SevReading sev = new SevReading(SevOptions.DEFAULT);
        MigrationReader reader = Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
        assertEquals(1, reader.ram().statistics().flushes());
        assertEquals(null, sev.summary());
        // Said to be AMD's, it is the beginning of a record with an empty name.
        assertThrows(StreamException.class, () -> read(stream, Dialect.AMD_SEV_V4));
    }

    @Test
    void saidToBeUpstreamsNothingElseIsRead() throws IOException, SevException {
        byte[] stream = raw(HEAD + END);
        SevReading sev = new SevReading(SevOptions.DEFAULT.withDialect(Dialect.UPSTREAM));
        assertThrows(
                UnsupportedStreamException.class,
                () -> Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev)));
    }
}
