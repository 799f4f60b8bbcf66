package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.Heap;
import dev.ferry.stream.testing.SomeLimits;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** The list, read as part of the START section that holds it. */
class BlockListReaderTest {

    private static final String EOS = "0000000000000010";
    private static final RamFeatures HUGE_PAGES = new RamFeatures(false, false, 0x201000);

    private final RamState ram = new RamState(PageSink.NONE);

    private List<RamBlock> read(RamFeatures features, WireBytes body) throws IOException {
        return read(features, body, Limits.DEFAULT);
    }

    private List<RamBlock> read(RamFeatures features, WireBytes body, Limits limits)
            throws IOException {
        WireInput in = new WireInput(new MemorySource("test", body.bytes()));
        new RamSectionReader(ram, limits, 0).readBody(in, features, RamSync.NONE);
        assertTrue(in.atEnd());
        return ram.blocks();
    }

    private void assertFails(
            Class<? extends StreamException> type, String problem, long at, WireBytes body) {
        StreamException e = assertThrows(type, () -> read(RamFeatures.NONE, body));
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
    }

    private static RamBlock plain(int index, String id, long length) {
        return new RamBlock(index, id, length, 0, OptionalLong.empty(), null);
    }

    @Test
    void namesAndLengthsUntilTheTotalIsReached() throws IOException {
        assertEquals(
                List.of(plain(0, "pc.ram", 0x200000), plain(1, "pc.bios", 0x40000)),
                read(
                        RamFeatures.NONE,
                        WireBytes.of()
                                .raw("0000000000240004")
                                .raw("06 70632e72616d 0000000000200000")
                                .raw("07 70632e62696f73 0000000000040000")
                                .raw(EOS)));
        assertEquals("pc.bios", String.valueOf(ram.block("pc.bios")).substring(7, 14));
    }

    @Test
    void blocksMayBeEmpty() throws IOException {
        assertEquals(
                List.of(plain(0, "e", 0), plain(1, "r", 0x1000)),
                read(
                        RamFeatures.NONE,
                        WireBytes.of()
                                .raw("0000000000001004")
                                .raw("01 65 0000000000000000")
                                .raw("01 72 0000000000001000")
                                .raw(EOS)));
    }

    @Test
    void noMemoryNoList() throws IOException {
        assertEquals(
                List.of(), read(RamFeatures.NONE, WireBytes.of().raw("0000000000000004").raw(EOS)));
    }

    @Test
    void ignoreSharedAddsAnAddressToEach() throws IOException {
        assertEquals(
                List.of(
                        new RamBlock(0, "m", 0x1000, 0, OptionalLong.of(0x100000000L), null),
                        new RamBlock(1, "n", 0x1000, 0, OptionalLong.of(0xfffc0000L), null)),
                read(
                        new RamFeatures(true, false, 0),
                        WireBytes.of()
                                .raw("0000000000002004")
                                .raw("01 6d 0000000000001000 0000000100000000")
                                .raw("01 6e 0000000000001000 00000000fffc0000")
                                .raw(EOS)));
    }

    @Test
    void hugePagesAddTheirSizeToSomeAndNothingSaysSo() throws IOException {
        assertEquals(
                List.of(
                        new RamBlock(0, "m", 0x400000, 0x200000, OptionalLong.empty(), null),
                        plain(1, "n", 0x1000),
                        new RamBlock(2, "o", 0x200000, 0x200000, OptionalLong.empty(), null)),
                read(
                        HUGE_PAGES,
                        WireBytes.of()
                                .raw("0000000000601004")
                                .raw("01 6d 0000000000400000 0000000000200000")
                                .raw("01 6e 0000000000001000")
                                .raw("01 6f 0000000000200000 0000000000200000")
                                .raw(EOS)));
    }

    @Test
    void lastEntryMayBeWithoutAPageSizeToo() throws IOException {
        assertEquals(
                List.of(plain(0, "m", 0x1000)),
                read(
                        HUGE_PAGES,
                        WireBytes.of()
                                .raw("0000000000001004 01 6d 0000000000001000")
                                .raw("0000000000000200")
                                .raw(EOS)));
    }

    @Test
    void hugePagesAndAddressesComeInThatOrder() throws IOException {
        assertEquals(
                List.of(new RamBlock(0, "m", 0x200000, 0x200000, OptionalLong.of(0x1000), null)),
                read(
                        new RamFeatures(true, false, 0x201000),
                        WireBytes.of()
                                .raw("0000000000200004 01 6d 0000000000200000")
                                .raw("0000000000200000 0000000000001000")
                                .raw(EOS)));
    }

    // --- hostile lists -----------------------------------------------------------------------

    @Test
    void lengthsMustNotExceedTheTotal() {
        assertFails(
                MalformedStreamException.class,
                "used length of block 'm': expected at most the 4096 bytes left of the total,"
                        + " found 8192",
                10,
                WireBytes.of().raw("0000000000001004 01 6d 0000000000002000"));
        assertFails(
                MalformedStreamException.class,
                "used length of block 'm': expected at most the 4096 bytes left of the total,"
                        + " found 18446744073709551615",
                10,
                WireBytes.of().raw("0000000000001004 01 6d ffffffffffffffff"));
    }

    @Test
    void lengthsMustReachTheTotal() {
        assertFails(
                MalformedStreamException.class,
                "block list: empty block name, 4096 bytes of RAM still to be listed",
                18,
                WireBytes.of().raw("0000000000002004 01 6d 0000000000001000").raw(EOS));
        assertFails(
                TruncatedStreamException.class,
                "block list: block name: expected 1 bytes, the input ends after 0",
                18,
                WireBytes.of().raw("0000000000002004 01 6d 0000000000001000"));
    }

    @Test
    void totalFromTwoToThe63OnIsNoTotal() {
        assertFails(
                MalformedStreamException.class,
                "block list: total length 0x8000000000000000 is beyond 2^63",
                0,
                WireBytes.of().raw("8000000000000004"));
    }

    @Test
    void lengthsAreWholePages() {
        assertFails(
                MalformedStreamException.class,
                "used length of block 'm': expected a multiple of 256, found 0x1080",
                10,
                WireBytes.of()
                        .raw("0000000000002004")
                        .raw("01 6d 0000000000001080")
                        .raw("01 6e 0000000000000f80")
                        .raw(EOS));
        ram.pageSize(4096);
        assertFails(
                MalformedStreamException.class,
                "used length of block 'm': expected a multiple of 4096, found 0x1800",
                10,
                WireBytes.of()
                        .raw("0000000000002004")
                        .raw("01 6d 0000000000001800")
                        .raw("01 6e 0000000000000800")
                        .raw(EOS));
    }

    @Test
    void blockIsListedOnce() {
        assertFails(
                MalformedStreamException.class,
                "block list: 'm' is listed twice",
                28,
                WireBytes.of()
                        .raw("0000000000002004")
                        .raw("01 6d 0000000000001000")
                        .raw("01 6d 0000000000001000")
                        .raw(EOS));
    }

    @Test
    void secondListMustBeTheSame() throws IOException {
        String list = "0000000000001004 01 6d 0000000000001000";
        read(RamFeatures.NONE, WireBytes.of().raw(list).raw(list).raw(EOS));
        assertFails(
                MalformedStreamException.class,
                "block list: differs from the one before",
                0,
                WireBytes.of().raw("0000000000002004 01 6d 0000000000002000").raw(EOS));
    }

    @Test
    void entriesAreLimited() {
        WireBytes body = WireBytes.of().raw("0000000000001004");
        for (int i = 0; i < 10; i++) {
            body.str8("block" + i).u64(0);
        }
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class,
                        () -> read(RamFeatures.NONE, body, SomeLimits.sizes(9, 1 << 20)));
        assertEquals("block list entries: 10 found, the limit is 9", e.problem());
    }

    @Test
    void hugeListOfNothingStaysSmall() throws Exception {
        WireBytes body = WireBytes.of().raw("7fffffffffffff04");
        for (int i = 0; i < 5000; i++) {
            body.str8("b" + i).u64(0x1000);
        }
        long allocated =
                Heap.allocatedBy(() ->
                        assertThrows(
                                LimitExceededException.class, () -> read(RamFeatures.NONE, body)));
        assertTrue(allocated < 4 << 20, "allocated " + allocated);
    }

    @Test
    void memoryTheSinkCannotTakeIsRefused() throws IOException {
        try (RamImage image = new RamImage()) {
            RamState state = new RamState(image);
            byte[] body =
                    WireBytes.of().raw("7fffffffffff0004 01 6d 7fffffffffff0000").raw(EOS).bytes();
            LimitExceededException e =
                    assertThrows(
                            LimitExceededException.class,
                            () ->
                                    new RamSectionReader(state, Limits.DEFAULT, 0)
                                            .readBody(
                                                    new WireInput(new MemorySource("test", body)),
                                                    RamFeatures.NONE,
                                                    RamSync.NONE));
            assertEquals(
                    "bytes of RAM: 9223372036854710272 found, the limit is 8796093022208",
                    e.problem());
        }
    }
}
