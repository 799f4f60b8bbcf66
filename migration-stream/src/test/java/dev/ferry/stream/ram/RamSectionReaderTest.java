package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RamSectionReaderTest {

    private static final String EOS = "0000000000000010";

    private final RecordingSink sink = new RecordingSink();
    private final RamState ram = new RamState(sink);
    private final RamSectionReader reader = new RamSectionReader(ram, Limits.DEFAULT, 0);
    private final List<String> syncs = new ArrayList<>();
    private final RamSync sync =
            new RamSync() {
                @Override
                public void onFlush() {
                    syncs.add("flush");
                }

                @Override
                public void onEos() {
                    syncs.add("eos");
                }
            };

    private RamSectionReaderTest() throws IOException {
        ram.pageSize(4096);
        ram.blocks(List.of(block(0, "a", 0x10000), block(1, "b", 0x3000)));
        ram.announce();
        sink.lines();
    }

    private static RamBlock block(int index, String id, long length) {
        return new RamBlock(index, id, length, 0, OptionalLong.empty(), null);
    }

    private List<String> read(WireBytes body) throws IOException {
        return read(new WireInput(new MemorySource("test", body.bytes())));
    }

    private List<String> read(WireInput in) throws IOException {
        reader.readBody(in, RamFeatures.NONE, sync);
        assertTrue(in.atEnd(), "all of the body");
        return sink.lines();
    }

    private static WireBytes plain(WireBytes to, String head, int first, int last) {
        return to.raw(head).u8(first).fill(0, 4094).u8(last);
    }

    private void assertFails(
            Class<? extends StreamException> type, String problem, long at, WireBytes body) {
        StreamException e = assertThrows(type, () -> read(body));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    private void assertMalformed(String problem, long at, WireBytes body) {
        assertFails(MalformedStreamException.class, problem, at, body);
    }

    // --- records -----------------------------------------------------------------------------

    @Test
    void zeroPageNamesItsBlockAndTellsItsByte() throws IOException {
        assertEquals(
                List.of("ZERO FILL a 0x2000 [0] @0x0", "ZERO FILL b 0x1000 [0] @0xb"),
                read(
                        WireBytes.of()
                                .raw("0000000000002002 01 61 00")
                                .raw("0000000000001002 01 62 00")
                                .raw(EOS)));
    }

    @Test
    void fillByteNeedNotBeZero() throws IOException {
        assertEquals(
                List.of("ZERO FILL a 0x0 [ff] @0x0", "ZERO FILL a 0x1000 [0] @0xb"),
                read(
                        WireBytes.of()
                                .raw("0000000000000002 01 61 ff")
                                .raw("0000000000001022 00")
                                .raw(EOS)));
    }

    @Test
    void plainPageIsItsBytes() throws IOException {
        WireBytes body = WireBytes.of();
        plain(body, "0000000000003008 01 61", 0xab, 0xcd).raw(EOS);
        assertEquals(List.of("PLAIN RAW a 0x3000 [ab..cd] @0x0"), read(body));
    }

    @Test
    void neighbouringPagesComeAsOneRun() throws IOException {
        WireBytes body = WireBytes.of();
        plain(body, "0000000000000008 01 61", 1, 2);
        plain(body, "0000000000001028", 3, 4);
        plain(body, "0000000000002028", 5, 6);
        plain(body, "0000000000008028", 7, 8);
        body.raw("0000000000009022 00").raw("000000000000a022 00").raw(EOS);
        assertEquals(
                List.of(
                        "PLAIN RAW a 0x0 [1..2] @0x0",
                        "PLAIN RAW a 0x1000 x2 [3..4 5..6] @0x100a",
                        "PLAIN RAW a 0x8000 [7..8] @0x301a",
                        "ZERO FILL a 0x9000 x2 [0] @0x4022"),
                read(body));
        assertEquals(5, ram.statistics().continued());
        assertEquals(4, ram.statistics().pages(PageKind.PLAIN));
        assertEquals(2, ram.statistics().pages(ram.blocks().getFirst(), PageKind.ZERO));
    }

    @Test
    void pageSentTwiceIsTwoRunsNotTwoPages() throws IOException {
        assertEquals(
                List.of("ZERO FILL a 0x0 [0] @0x0", "ZERO FILL a 0x0 [0] @0xb"),
                read(
                        WireBytes.of()
                                .raw("0000000000000002 01 61 00")
                                .raw("0000000000000022 00")
                                .raw(EOS)));
    }

    @Test
    void xbzrlePageIsHandedOverEncoded() throws IOException {
        assertEquals(
                List.of("XBZRLE XBZRLE a 0x1000 [4 bytes] @0x0"),
                read(WireBytes.of().raw("0000000000001040 01 61  01 0004  00 02 6a 15").raw(EOS)));
    }

    @Test
    void compressedPageIsHandedOverEncoded() throws IOException {
        assertEquals(
                List.of("ZERO FILL b 0x0 [0] @0x0", "COMPRESSED ZLIB b 0x2000 [3 bytes] @0xb"),
                read(
                        WireBytes.of()
                                .raw("0000000000000002 01 62 00")
                                .raw("0000000000002120  00000003 78 01 00")
                                .raw(EOS)));
    }

    @Test
    void hookFlushAndEosHaveNothingBehindThem() throws IOException {
        assertEquals(
                List.of(),
                read(
                        WireBytes.of()
                                .raw("0000000000000080")
                                .raw("0000000000000200")
                                .raw("0000000000000200")
                                .raw(EOS)));
        assertEquals(List.of("flush", "flush", "eos"), syncs);
        assertEquals(1, ram.statistics().hooks());
        assertEquals(2, ram.statistics().flushes());
        assertEquals(1, ram.statistics().eos());
    }

    @Test
    void pagesAreHandedOverBeforeAMarker() throws IOException {
        List<String> order = new ArrayList<>();
        RamSync watching =
                new RamSync() {
                    @Override
                    public void onFlush() {
                        order.addAll(sink.lines());
                        order.add("flush");
                    }

                    @Override
                    public void onEos() {
                        order.addAll(sink.lines());
                        order.add("eos");
                    }
                };
        byte[] body =
                WireBytes.of()
                        .raw("0000000000000002 01 61 00")
                        .raw("0000000000001022 00")
                        .raw("0000000000000200")
                        .raw("0000000000002022 00")
                        .raw(EOS)
                        .bytes();
        reader.readBody(new WireInput(new MemorySource("test", body)), RamFeatures.NONE, watching);
        assertEquals(
                List.of(
                        "ZERO FILL a 0x0 x2 [0] @0x0",
                        "flush",
                        "ZERO FILL a 0x2000 [0] @0x1c",
                        "eos"),
                order);
    }

    @Test
    void continueMeansTheBlockOfTheSectionBefore() throws IOException {
        read(WireBytes.of().raw("0000000000000002 01 62 00").raw(EOS));
        read(WireBytes.of().raw(EOS));
        assertEquals(
                List.of("ZERO FILL b 0x1000 [0] @0x0"),
                read(WireBytes.of().raw("0000000000001022 00").raw(EOS)));
    }

    @Test
    void channelsRememberTheirOwnBlock() throws IOException {
        read(WireBytes.of().raw("0000000000000002 01 62 00").raw(EOS));
        WireInput other =
                new WireInput(new MemorySource("other", WireBytes.hex("0000000000001022 00")));
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> new RamSectionReader(ram, Limits.DEFAULT, 1).readBare(other));
        assertEquals("RAM record: CONTINUE before any block was named", e.problem());
    }

    @Test
    void bareRecordsEndWithEosOrWithTheChannel() throws IOException {
        String records = "0000000000000002 01 61 00  0000000000001022 00";
        for (String end : List.of("", EOS)) {
            RamSectionReader preempt = new RamSectionReader(ram, Limits.DEFAULT, 2);
            preempt.readBare(
                    new WireInput(new MemorySource("preempt", WireBytes.hex(records + end))));
            assertEquals(List.of("ZERO FILL a 0x0 x2 [0] @0x0 channel 2"), sink.lines());
        }
        assertEquals(List.of(), syncs);
    }

    @Test
    void withoutContentsRunsAreAbsent() throws IOException {
        RecordingSink counting = new RecordingSink(false);
        RamState state = new RamState(counting);
        state.pageSize(4096);
        state.blocks(ram.blocks());
        WireBytes body = WireBytes.of();
        plain(body, "0000000000000008 01 61", 1, 2);
        plain(body, "0000000000001028", 3, 4);
        body.raw("0000000000002060 01 0004 00026a15");
        body.raw("0000000000003120 00000002 7801");
        body.raw("0000000000004022 00").raw(EOS);
        new RamSectionReader(state, Limits.DEFAULT, 0)
                .readBody(
                        new WireInput(new MemorySource("test", body.bytes())),
                        RamFeatures.NONE,
                        RamSync.NONE);
        assertEquals(
                List.of(
                        "blocks of 4096: a 0x10000 b 0x3000",
                        "PLAIN ABSENT a 0x0 x2 @0x0",
                        "XBZRLE ABSENT a 0x2000 @0x2012",
                        "COMPRESSED ABSENT a 0x3000 @0x2021",
                        "ZERO FILL a 0x4000 [0] @0x202f"),
                counting.lines());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void howTheBytesArriveMakesNoDifference(long seed) throws IOException {
        Random random = new Random(seed);
        WireBytes body = WireBytes.of().raw("0000000000000002 01 61 00");
        for (int i = 0; i < 300; i++) {
            long page = random.nextInt(16) * 4096L;
            if (random.nextBoolean()) {
                body.u64(page | 0x22).u8(0);
            } else {
                body.u64(page | 0x28).u8(i).fill(i, 4095);
            }
        }
        body.raw(EOS);
        List<String> expected = pages(read(body));
        WireInput pieces = new WireInput(ForwardSource.inRandomPieces(body.bytes(), 9000, random));
        assertEquals(expected, pages(read(pieces)), "seed " + seed);
    }

    /** Runs split into pages, since how long runs are depends on how bytes arrive. */
    private static List<String> pages(List<String> runs) {
        List<String> pages = new ArrayList<>();
        for (String run : runs) {
            String[] words = run.split(" ", -1);
            long offset = Long.decode(words[3]);
            int count = words[4].startsWith("x") ? Integer.parseInt(words[4].substring(1)) : 1;
            String content = run.replaceAll(".*\\[|\\].*", "");
            for (int i = 0; i < count; i++) {
                String own = words[1].equals("RAW") ? content.split(" ", -1)[i] : content;
                pages.add(words[0] + " " + (offset + i * 4096L) + " " + own);
            }
        }
        return pages;
    }

    // --- what cannot be ----------------------------------------------------------------------

    @Test
    void oneFlagOnly() {
        assertMalformed(
                "RAM record: expected one known flag, found ZERO|PAGE",
                0,
                WireBytes.of().raw("000000000000000a 01 61"));
        assertMalformed(
                "RAM record: expected one known flag, found 0x0",
                8,
                WireBytes.of().raw("0000000000000080 0000000000001000"));
        assertMalformed(
                "RAM record: expected one known flag, found FULL",
                0,
                WireBytes.of().raw("0000000000000001"));
        assertMalformed(
                "RAM record: expected one known flag, found 0x400",
                0,
                WireBytes.of().raw("0000000000000400"));
        assertMalformed(
                "RAM record: expected one known flag, found CONTINUE",
                0,
                WireBytes.of().raw("0000000000001020"));
    }

    @Test
    void encryptedPageOfTheSevForkIsNoFlush() {
        String problem =
                "an encrypted page of an AMD SEV guest (RAM flag 0x200): it cannot be read without"
                        + " the private key of the platform that it was sent to";
        assertFails(
                UnsupportedStreamException.class,
                problem,
                0,
                WireBytes.of().raw("0000000000000200 01 61 00000001"));
        assertFails(
                UnsupportedStreamException.class,
                problem,
                8,
                WireBytes.of().raw("0000000000000200 0000000000001200 01 61 00000001"));
        assertFails(
                UnsupportedStreamException.class,
                problem,
                11,
                WireBytes.of().raw("0000000000000002 01 61 00 0000000000000220 00000001"));
    }

    @Test
    void continueNeedsABlockBefore() {
        assertMalformed(
                "RAM record: CONTINUE before any block was named",
                0,
                WireBytes.of().raw("0000000000000022 00"));
    }

    @Test
    void blockMustBeInTheList() {
        assertMalformed(
                "block name: 'c' is not in the block list",
                8,
                WireBytes.of().raw("0000000000000002 01 63 00"));
    }

    @Test
    void pageMustBeWithinItsBlock() {
        assertMalformed(
                "page offset: expected a whole page within the block's 0x3000 bytes, found 0x3000",
                0,
                WireBytes.of().raw("0000000000003002 01 62 00"));
        assertMalformed(
                "page offset: expected a whole page within the block's 0x10000 bytes, found"
                        + " 0xfffffffffffff000",
                11,
                WireBytes.of().raw("0000000000003002 01 61 00").raw("fffffffffffff022 00"));
    }

    @Test
    void lastPageMustBeWhole() {
        ram.blocks(List.of(block(0, "odd", 0x1800)));
        assertMalformed(
                "page offset: expected a whole page within the block's 0x1800 bytes, found"
                        + " 0x1000",
                13,
                WireBytes.of().raw("0000000000000002 03 6f6464 00").raw("0000000000001022 00"));
    }

    @Test
    void xbzrleEncodingMustBeOne() {
        assertMalformed(
                "XBZRLE encoding: expected 1, found 2",
                10,
                WireBytes.of().raw("0000000000000040 01 61 02 0004 00026a15"));
    }

    @Test
    void xbzrleDataIsNoLongerThanAPage() {
        assertMalformed(
                "XBZRLE length: expected at most 4096, found 4097",
                11,
                WireBytes.of().raw("0000000000000040 01 61 01 1001"));
    }

    @Test
    void compressedDataIsHardlyLongerThanAPage() {
        assertMalformed(
                "compressed page's length: expected at most 4672, found 4294967295",
                10,
                WireBytes.of().raw("0000000000000100 01 61 ffffffff"));
    }

    @Test
    void bodyMustEndInEos() {
        assertFails(
                TruncatedStreamException.class,
                "RAM record: expected 8 bytes, the input ends after 0",
                20,
                WireBytes.of().raw("0000000000000002 01 61 00  0000000000001022 00"));
        assertFails(
                TruncatedStreamException.class,
                "page: expected 4096 bytes, the input ends after 3",
                10,
                WireBytes.of().raw("0000000000000008 01 61 010203"));
        assertFails(
                TruncatedStreamException.class,
                "encoded page: expected 4 bytes, the input ends after 1",
                13,
                WireBytes.of().raw("0000000000000040 01 61 01 0004 00"));
    }

    @Test
    void errorsNameTheBlockAndThePage() {
        StreamException e =
                assertThrows(
                        StreamException.class,
                        () -> read(WireBytes.of().raw("0000000000002040 01 61 01 0004 00")));
        assertEquals("block 'a' / page 0x2000", e.at().breadcrumb());
    }

    @Test
    void brokenContentIsPlacedAtItsRecord() throws IOException {
        try (RamImage image = new RamImage()) {
            RamState state = new RamState(image);
            state.pageSize(4096);
            state.blocks(ram.blocks());
            byte[] body =
                    WireBytes.of()
                            .raw("0000000000000002 01 61 00")
                            .raw("0000000000005060 01 0003 00 00 01")
                            .raw(EOS)
                            .bytes();
            StreamException e =
                    assertThrows(
                            MalformedStreamException.class,
                            () ->
                                    new RamSectionReader(state, Limits.DEFAULT, 0)
                                            .readBody(
                                                    new WireInput(new MemorySource("test", body)),
                                                    RamFeatures.NONE,
                                                    RamSync.NONE));
            assertEquals("XBZRLE: empty run of new bytes at page byte 0x0", e.problem());
            assertEquals(11, e.at().offset());
            assertEquals("block 'a' / page 0x5000", e.at().breadcrumb());
        }
    }

    @Test
    void mappedRamStreamHasNoPageRecords() {
        WireInput in =
                new WireInput(new MemorySource("test", WireBytes.hex("0000000000000002 01 61 00")));
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> reader.readBody(in, new RamFeatures(false, true, 0), sync));
        assertEquals(
                "RAM record: a page in a mapped-ram stream, whose pages lie at fixed places",
                e.problem());
    }

    // --- flags and page sizes ----------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
    void flagsAreTheBitsBelowThePageSize(int pageSize) throws IOException {
        RecordingSink recording = new RecordingSink();
        RamState state = new RamState(recording);
        state.pageSize(pageSize);
        state.blocks(List.of(block(0, "m", 4L * pageSize)));
        byte[] body =
                WireBytes.of()
                        .u64(8)
                        .str8("m")
                        .fill(7, pageSize)
                        .u64(pageSize | 0x28)
                        .fill(8, pageSize)
                        .u64(2L * pageSize | 0x22)
                        .u8(0)
                        .u64(3L * pageSize | 0x60)
                        .raw("01 0003 00 01 ff")
                        .raw(EOS)
                        .bytes();
        new RamSectionReader(state, Limits.DEFAULT, 0)
                .readBody(
                        new WireInput(new MemorySource("test", body)),
                        RamFeatures.NONE,
                        RamSync.NONE);
        assertEquals(2, state.statistics().pages(PageKind.PLAIN));
        assertEquals(1, state.statistics().pages(PageKind.ZERO));
        assertEquals(1, state.statistics().pages(PageKind.XBZRLE));
        List<String> lines = recording.lines();
        assertEquals("PLAIN RAW m 0x0 [7..7] @0x0", lines.get(1));
        assertEquals(
                "XBZRLE XBZRLE m 0x" + Integer.toHexString(3 * pageSize),
                lines.getLast().replaceAll(" \\[.*", ""));
    }

    @Test
    void bitsThatAreFlagsElsewhereAreAddressBitsWithSmallPages() throws IOException {
        RamState state = new RamState(sink);
        state.pageSize(256);
        state.blocks(List.of(block(0, "flash", 0x1000)));
        byte[] body =
                WireBytes.of()
                        .raw("0000000000000102")
                        .str8("flash")
                        .u8(0)
                        .raw("0000000000000222 00")
                        .raw("0000000000000322 00")
                        .raw(EOS)
                        .bytes();
        new RamSectionReader(state, Limits.DEFAULT, 0)
                .readBody(
                        new WireInput(new MemorySource("test", body)),
                        RamFeatures.NONE,
                        RamSync.NONE);
        assertEquals(
                List.of("blocks of 256: flash 0x1000", "ZERO FILL flash 0x100 x3 [0] @0x0"),
                sink.lines());
    }

    @Test
    void hookBeforeAnyPageSettlesNoPageSize() throws IOException {
        RamState state = new RamState(sink);
        state.blocks(List.of(block(0, "m", 0x800)));
        byte[] body =
                WireBytes.of()
                        .raw("0000000000000080")
                        .raw("0000000000000002")
                        .str8("m")
                        .u8(0)
                        .raw("0000000000000422 00")
                        .raw(EOS)
                        .bytes();
        new RamSectionReader(state, Limits.DEFAULT, 0)
                .readBody(
                        new WireInput(new MemorySource("test", body)),
                        RamFeatures.NONE,
                        RamSync.NONE);
        assertEquals(1024, state.pageSize());
    }
}
