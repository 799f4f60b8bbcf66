package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.SomeLimits;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The items of a main channel, as {@link MigrationReader} gives them. */
class ItemReaderTest {

    private static MigrationReader open(byte[] bytes) {
        return open(bytes, ReaderOptions.DEFAULT);
    }

    private static MigrationReader open(byte[] bytes, ReaderOptions options) {
        return MigrationReader.of(new WireInput(new MemorySource("test", bytes)), options);
    }

    private static List<StreamItem> read(StreamBytes stream) throws IOException {
        return Recordings.items(open(stream.bytes()));
    }

    private static StreamException assertFails(
            Class<? extends StreamException> type, String problem, long at, StreamBytes stream) {
        byte[] bytes = stream.bytes();
        StreamException e = assertThrows(type, () -> Recordings.items(open(bytes)));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
        StreamException forward =
                assertThrows(
                        type,
                        () ->
                                Recordings.items(
                                        MigrationReader.of(
                                                new WireInput(ForwardSource.inPieces(bytes, 3)),
                                                ReaderOptions.DEFAULT)));
        assertEquals(problem, forward.problem());
        assertEquals(at, forward.at().offset(), "offset");
        return e;
    }

    private static void assertMalformed(String problem, long at, StreamBytes stream) {
        assertFails(MalformedStreamException.class, problem, at, stream);
    }

    // --- the whole ---------------------------------------------------------------------------

    @Test
    void wholePrecopyStream() throws IOException {
        StreamBytes stream =
                StreamBytes.of()
                        .ramStart(0x10000)
                        .ramPart(WireBytes.of().u64(2).str8("m").u8(0))
                        .command(11, "")
                        .ramEnd()
                        .device(5, "timer", new byte[8])
                        .eof()
                        .description("timer", 8);
        int length = stream.size();
        MigrationReader reader = open(stream.bytes());
        List<StreamItem> items = Recordings.items(reader);
        assertEquals(
                List.of(
                        "Header",
                        "Configuration",
                        "Section",
                        "Section",
                        "Command",
                        "Section",
                        "Section",
                        "Eof",
                        "Description"),
                items.stream().map(item -> item.getClass().getSimpleName()).toList());
        long at = 0;
        for (StreamItem item : items) {
            assertTrue(item.at() >= at, "in order");
            at = item.at();
        }
        StreamItem.Section part = (StreamItem.Section) items.get(3);
        assertEquals(SectionType.PART, part.type());
        assertEquals("ram", part.name());
        assertEquals(4, part.version());
        assertEquals(1 + 4 + 11 + 8 + 5, part.length());
        assertTrue(part.footer());
        assertInstanceOf(SectionBody.Ram.class, part.body());
        StreamItem.Section device = (StreamItem.Section) items.get(6);
        assertEquals("timer", device.name());
        assertEquals(8, ((SectionBody.Device) device.body()).state().length());
        assertEquals(length, at + 5 + ((StreamItem.Description) items.getLast()).length());
        assertEquals(Optional.of(true), reader.footers());
        assertEquals(1, reader.ram().statistics().pages(PageKind.ZERO));
        assertEquals(List.of(), reader.findings().list());
        assertNull(reader.next(), "and stays at its end");
    }

    @Test
    void sectionsWithoutFooters() throws IOException {
        MigrationReader reader =
                open(
                        StreamBytes.of()
                                .start(0x01, 2, "ram", 0, 4)
                                .raw("0000000000001004 016d 0000000000001000 0000000000000010")
                                .raw("03 00000002 0000000000000010")
                                .eof()
                                .bytes());
        List<StreamItem> items = Recordings.items(reader);
        assertEquals(5, items.size());
        assertEquals(Optional.of(false), reader.footers());
        assertEquals(17 + 8 + 2 + 8 + 8, ((StreamItem.Section) items.get(2)).length());
    }

    @Test
    void whatTrailsTheStreamIsTold() throws IOException {
        List<StreamItem> items = read(StreamBytes.of().eof().vmdesc("{}").raw("00 00 00"));
        assertEquals(new StreamItem.Trailing(0, 23, 3), items.getLast());
        items = read(StreamBytes.of().eof().raw("ff"));
        assertEquals(new StreamItem.Trailing(0, 16, 1), items.getLast());
    }

    @Test
    void emptyDescriptionDescribesNothing() throws IOException {
        StreamItem.Description item =
                (StreamItem.Description) read(StreamBytes.of().eof().vmdesc("")).getLast();
        assertEquals(0, item.length());
        assertEquals(List.of(), item.index().parse().devices());
    }

    @Test
    void sectionOfTheDescriptionThatIsMissingIsAFinding() throws IOException {
        MigrationReader reader =
                open(
                        StreamBytes.of()
                                .device(5, "timer", new byte[8])
                                .eof()
                                .description("timer", 8, "gone", 4)
                                .bytes());
        Recordings.items(reader);
        assertEquals(
                List.of(
                        "the description lists section 'gone' instance 0, which the stream does"
                                + " not have"),
                reader.findings().list().stream().map(Finding::message).toList());
    }

    // --- header and configuration ------------------------------------------------------------

    @Test
    void headerMustBeQemus() {
        assertMalformed(
                "stream header: expected magic 0x5145564d (\"QEVM\"), found 0x5145564e",
                0,
                StreamBytes.bare().raw("5145564e 00000003"));
        assertFails(
                UnsupportedStreamException.class,
                "stream version: expected 3, found 2 (too old: QEMU 0.11 and before)",
                4,
                StreamBytes.bare().raw("5145564d 00000002"));
        assertFails(
                UnsupportedStreamException.class,
                "stream version: expected 3, found 4294967295 (too new)",
                4,
                StreamBytes.bare().raw("5145564d ffffffff"));
        assertFails(
                TruncatedStreamException.class,
                "stream header: expected 4 bytes, the input ends after 0",
                0,
                StreamBytes.bare());
    }

    @Test
    void configurationComesFirstAndOnce() {
        assertMalformed(
                "configuration: expected only once, right after the header",
                15,
                StreamBytes.of().configuration("pc").eof());
        assertMalformed(
                "configuration: expected only once, right after the header",
                13,
                StreamBytes.bare().header().command(11, "").configuration("pc"));
    }

    // --- sections ----------------------------------------------------------------------------

    @Test
    void itemsMustHaveAKnownTag() {
        assertMalformed(
                "item: expected a section, a command or the end mark, found tag 0x7f",
                15,
                StreamBytes.of().raw("7f"));
        assertMalformed(
                "item after section 2 'ram': expected a section, a command or the end mark,"
                        + " found tag 0x5",
                63,
                StreamBytes.of().ramStart(0x1000).raw("05"));
        assertFails(
                TruncatedStreamException.class,
                "item after section 2 'ram': expected 1 bytes, the input ends after 0",
                63,
                StreamBytes.of().ramStart(0x1000));
    }

    @Test
    void footerMustCloseItsSection() {
        StreamException e =
                assertFails(
                        MalformedStreamException.class,
                        "section footer: expected id 2, found 3",
                        77,
                        StreamBytes.of()
                                .ramStart(0x1000)
                                .raw("02 00000002 0000000000000010 7e 00000003"));
        assertEquals("section 2 'ram'", e.at().breadcrumb());
        assertMalformed(
                "section footer: expected 0x7e, found 0x0",
                76,
                StreamBytes.of().ramStart(0x1000).raw("02 00000002 0000000000000010 00"));
    }

    @Test
    void partsNeedAStart() {
        assertMalformed(
                "section part: expected the id of a section that was started, found 7",
                16,
                StreamBytes.of().raw("02 00000007"));
        assertMalformed(
                "section end: expected the id of a section that was started, found 4294967295",
                16,
                StreamBytes.of().raw("03 ffffffff"));
    }

    @Test
    void ramMustBeOfVersionFour() {
        assertFails(
                UnsupportedStreamException.class,
                "version of section 'ram': expected 4, found 3",
                28,
                StreamBytes.of().start(0x01, 2, "ram", 0, 3));
    }

    @Test
    void sectionsMustHaveAName() {
        assertMalformed(
                "section name: expected at least one character, found none",
                20,
                StreamBytes.of().raw("04 00000001 00"));
    }

    @Test
    void sectionIdsMayBeAnyAndBeBoundAgain() throws IOException {
        List<StreamItem> items =
                read(
                        StreamBytes.of()
                                .start(0x01, 0xffffffffL, "dirty-bitmap", 0, 1)
                                .raw("01")
                                .footer(0xffffffffL)
                                .raw("02 ffffffff 01")
                                .footer(0xffffffffL)
                                .start(0x01, 0xffffffffL, "ram", 0, 4)
                                .raw("0000000000000010")
                                .footer(0xffffffffL)
                                .eof());
        assertEquals("dirty-bitmap", ((StreamItem.Section) items.get(3)).name());
        assertEquals("ram", ((StreamItem.Section) items.get(4)).name());
    }

    @Test
    void sectionsAreLimited() {
        StreamBytes stream = StreamBytes.of();
        for (int i = 0; i < 70_000; i++) {
            stream.start(0x01, i, "ram", 0, 4).raw("0000000000000010").footer(i);
        }
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class, () -> Recordings.items(open(stream.bytes())));
        assertEquals("section ids: 65537 found, the limit is 65536", e.problem());
    }

    @Test
    void unknownDeviceEndsTheReadingWithoutAnError() throws IOException {
        List<StreamItem> items = read(StreamBytes.of().device(5, "timer", new byte[8]).eof());
        StreamItem.Unreadable unreadable = (StreamItem.Unreadable) items.getLast();
        assertEquals("section 5 'timer'", unreadable.what());
        assertEquals(-1, unreadable.resumesAt());
        assertEquals(15, unreadable.at());
    }

    @Test
    void unknownLiveSectionEndsTheReadingWithoutAnError() throws IOException {
        List<StreamItem> items =
                read(StreamBytes.of().start(0x01, 5, "vfio", 0, 1).raw("00").eof());
        assertEquals(
                "a live section of a kind that is not known",
                ((StreamItem.Unreadable) items.getLast()).reason());
    }

    // --- commands and packages ---------------------------------------------------------------

    @Test
    void packagesHoldItems() throws IOException {
        byte[] content =
                StreamBytes.bare().command(4, "").command(2, "00000003").command(5, "").bytes();
        MigrationReader reader =
                open(StreamBytes.of().packaged(content).command(2, "00000004").eof().bytes());
        List<StreamItem> items = Recordings.items(reader);
        assertEquals(
                List.of("PACKAGED 0", "POSTCOPY_LISTEN 1", "PING 1", "POSTCOPY_RUN 1", "PING 0"),
                items.stream()
                        .filter(StreamItem.Command.class::isInstance)
                        .map(StreamItem.Command.class::cast)
                        .map(command -> command.id() + " " + command.depth())
                        .toList());
        assertTrue(reader.postcopy());
    }

    @Test
    void unknownDeviceInAPackageEndsOnlyThePackage() throws IOException {
        byte[] content =
                StreamBytes.bare()
                        .start(0x04, 5, "timer", 0, 1)
                        .raw("0102030405060708")
                        .footer(5)
                        .bytes();
        StreamBytes stream = StreamBytes.of().packaged(content).command(2, "00000004").eof();
        List<StreamItem> items = read(stream);
        StreamItem.Unreadable unreadable = (StreamItem.Unreadable) items.get(3);
        assertEquals(15 + 9 + content.length, unreadable.resumesAt());
        assertEquals(1, unreadable.depth());
        assertInstanceOf(StreamItem.Command.class, items.get(4));
        assertInstanceOf(StreamItem.Eof.class, items.get(5));
    }

    private static StreamBytes nested(int depth) {
        byte[] content = new byte[0];
        for (int i = 0; i < depth - 1; i++) {
            content = StreamBytes.bare().packaged(content).bytes();
        }
        return StreamBytes.of().packaged(content).eof();
    }

    @Test
    void packagesNestToTheirLimit() throws IOException {
        List<StreamItem> items = read(nested(4));
        assertEquals(3, items.get(5).depth());
        assertEquals(7, items.size());
        assertFails(
                LimitExceededException.class,
                "nested PACKAGED commands: 5 found, the limit is 4",
                15 + 4 * 9,
                nested(5));
        assertFails(
                LimitExceededException.class,
                "nested PACKAGED commands: 5 found, the limit is 4",
                15 + 4 * 9,
                nested(255));
    }

    @Test
    void packagesHaveALimit() {
        byte[] bytes = StreamBytes.of().packaged(new byte[1001]).bytes();
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class,
                        () ->
                                Recordings.items(
                                        open(
                                                bytes,
                                                ReaderOptions.DEFAULT
                                                        .withLimits(SomeLimits.packages(1000, 4))
                                                        .withPages(new RecordingSink()))));
        assertEquals("bytes in a package: 1001 found, the limit is 1000", e.problem());
        assertEquals(20, e.at().offset());
    }

    @Test
    void packageMayNotEndInsideAnItem() {
        assertFails(
                TruncatedStreamException.class,
                "command payload: expected 4 bytes, the enclosing data ends after 2",
                29,
                StreamBytes.of().packaged(WireBytes.hex("08 0002 0004 0000")).raw("0001").eof());
        assertFails(
                TruncatedStreamException.class,
                "package: expected 2 bytes, the enclosing data ends after 1",
                33,
                StreamBytes.of().packaged(WireBytes.hex("08 0007 0004 00000002 00")).eof());
    }

    @Test
    void inputMayEndInsideAPackage() {
        assertFails(
                TruncatedStreamException.class,
                "item after command PACKAGED: expected 1 bytes, the input ends after 0",
                24,
                StreamBytes.of().raw("08 0007 0004 ffffffff"));
    }

    @Test
    void packageHasNoEndMark() {
        assertMalformed(
                "end mark inside a package", 24, StreamBytes.of().packaged(new byte[1]).eof());
    }

    // --- discards ----------------------------------------------------------------------------

    private static StreamBytes advised() {
        return StreamBytes.of().command(3, "0000000000001000 0000000000000400").ramStart(0x8000);
    }

    @Test
    void adviseTellsThePageSize() throws IOException {
        MigrationReader reader = open(advised().eof().bytes());
        Recordings.items(reader);
        assertEquals(1024, reader.ram().pageSize());
    }

    @Test
    void adviseMustTellAPossiblePageSize() {
        assertMalformed(
                "command POSTCOPY_ADVISE: expected a target page size from 256 to 65536, found"
                        + " 4097",
                15,
                StreamBytes.of().command(3, "0000000000001000 0000000000001001"));
        assertMalformed(
                "command POSTCOPY_ADVISE: expected target page size 1024, found 4096",
                36,
                StreamBytes.of()
                        .command(3, "0000000000001000 0000000000000400")
                        .command(3, "0000000000001000 0000000000001000"));
    }

    @Test
    void discardsReachTheSink() throws IOException {
        RecordingSink sink = new RecordingSink();
        MigrationReader reader =
                open(
                        advised()
                                .ramPart(WireBytes.of().u64(2).str8("m").u8(0))
                                .command(6, "00 01 6d 00 0000000000000400 0000000000007c00")
                                .eof()
                                .bytes(),
                        ReaderOptions.DEFAULT.withPages(sink));
        Recordings.items(reader);
        assertEquals(
                List.of(
                        "blocks of 1024: m 0x8000",
                        "ZERO FILL m 0x0 [0] @0x59",
                        "discard m 0x400 0x7c00"),
                sink.lines());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000008001 0000000000000000",
                "0000000000000000 0000000000008001",
                "0000000000004000 7fffffffffffffff",
                "ffffffffffffffff 0000000000000001",
                "0000000000000000 ffffffffffffffff"
            })
    void discardsMustBeWithinTheirBlock(String range) {
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(advised().command(6, "00 01 6d 00" + range)));
        assertTrue(e.problem().startsWith("command POSTCOPY_RAM_DISCARD: 0x"), e.getMessage());
        assertTrue(e.problem().endsWith("within the 0x8000 bytes of block 'm'"), e.getMessage());
    }

    @Test
    void discardsMustNameABlock() {
        assertMalformed(
                "command POSTCOPY_RAM_DISCARD: block 'x' is not in the block list",
                84,
                advised().command(6, "00 01 78 00"));
    }

    @Test
    void discardBeforeAnyPageForgetsNothing() throws IOException {
        RecordingSink sink = new RecordingSink();
        Recordings.items(
                open(
                        StreamBytes.of()
                                .ramStart(0x8000)
                                .command(6, "00 01 6d 00 0000000000000000 0000000000008000")
                                .eof()
                                .bytes(),
                        ReaderOptions.DEFAULT.withPages(sink)));
        assertEquals(List.of("blocks of 4096: m 0x8000"), sink.lines());
    }

    @Test
    void afterAnErrorNothingMoreIsRead() throws IOException {
        MigrationReader reader = open(StreamBytes.of().raw("7f 00 00 00").bytes());
        reader.next();
        reader.next();
        assertThrows(MalformedStreamException.class, reader::next);
        assertNull(reader.next());
        assertEquals("pc", Objects.requireNonNull(reader.configuration().orElse(null)).machine());
    }
}
