package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.FileSource;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.RecordingSink;
import dev.ferry.stream.testing.SomeLimits;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedRamReaderTest {

    private static final RamFeatures MAPPED = new RamFeatures(false, true, 0);

    @TempDir private Path directory = Path.of("");

    /** What a test may change about the two blocks of {@link #stream}. */
    private record Shape(
            int version, long pageSize, long bitmapOffset, long pagesOffset, String bitmap) {

        static final Shape GOOD = new Shape(1, 4096, 0x2e, 0x1000, "0d00000000000000");

        Shape version(int other) {
            return new Shape(other, pageSize, bitmapOffset, pagesOffset, bitmap);
        }

        Shape pageSize(long other) {
            return new Shape(version, other, bitmapOffset, pagesOffset, bitmap);
        }

        Shape bitmapAt(long other) {
            return new Shape(version, pageSize, other, pagesOffset, bitmap);
        }

        Shape pagesAt(long other) {
            return new Shape(version, pageSize, bitmapOffset, other, bitmap);
        }

        Shape bitmap(String other) {
            return new Shape(version, pageSize, bitmapOffset, pagesOffset, other);
        }
    }

    /**
     * Block {@code a} has 5 pages, of which 0, 2 and 3 are there; block {@code b} has 1, which is
     * not. All file offsets count from {@code origin}.
     */
    private static byte[] stream(Shape shape, long origin) {
        WireBytes out = WireBytes.of();
        out.raw("0000000000006004");
        out.str8("a").u64(0x5000);
        out.u32(shape.version()).u64(shape.pageSize());
        out.u64(origin + shape.bitmapOffset()).u64(origin + shape.pagesOffset());
        out.raw(shape.bitmap());
        out.padTo(0x1000);
        out.fill(0xa0, 4096).fill(0x99, 4096).fill(0xa2, 4096).fill(0xa3, 4096).fill(0x99, 4096);
        out.str8("b").u64(0x1000);
        out.u32(1).u64(4096).u64(origin + 0x6026).u64(origin + 0x7000);
        out.raw("0000000000000000");
        out.padTo(0x8000);
        out.raw("0000000000000010");
        return out.bytes();
    }

    private static List<String> read(ByteSource source, boolean contents) throws IOException {
        RecordingSink sink = new RecordingSink(contents);
        RamState ram = new RamState(sink);
        WireInput in = new WireInput(source);
        new RamSectionReader(ram, Limits.DEFAULT, 0).readBody(in, MAPPED, RamSync.NONE);
        assertTrue(in.atEnd());
        return sink.lines();
    }

    private static void assertFails(
            Class<? extends StreamException> type,
            String problem,
            long at,
            UnaryOperator<Shape> change) {
        byte[] bytes = stream(change.apply(Shape.GOOD), 0);
        for (ByteSource source :
                List.of(new MemorySource("m", bytes), ForwardSource.inPieces(bytes, 777))) {
            for (boolean contents : new boolean[] {true, false}) {
                StreamException e = assertThrows(type, () -> read(source, contents));
                assertEquals(problem, e.problem());
                assertEquals(at, e.at().offset());
                if (source instanceof ForwardSource) {
                    return;
                }
                ((MemorySource) source).position(0);
            }
        }
    }

    @Test
    void pagesLieWhereTheBitmapSays() throws IOException {
        assertEquals(
                List.of(
                        "blocks of 4096: a 0x5000",
                        "MAPPED RAW a 0x0 [a0..a0] @0x1000",
                        "MAPPED RAW a 0x2000 x2 [a2..a2 a3..a3] @0x3000",
                        "blocks of 4096: a 0x5000 b 0x1000"),
                read(new MemorySource("m", stream(Shape.GOOD, 0)), true));
    }

    @Test
    void withoutContentsOnlyTheBitmapIsRead() throws IOException {
        assertEquals(
                List.of(
                        "blocks of 4096: a 0x5000",
                        "MAPPED ABSENT a 0x0 @0x1000",
                        "MAPPED ABSENT a 0x2000 x2 @0x3000",
                        "blocks of 4096: a 0x5000 b 0x1000"),
                read(new MemorySource("m", stream(Shape.GOOD, 0)), false));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void forwardSourcesAndFilesGiveTheSame(boolean contents) throws IOException {
        byte[] bytes = stream(Shape.GOOD, 0);
        List<String> expected = read(new MemorySource("m", bytes), contents);
        assertEquals(expected, read(ForwardSource.of(bytes), contents));
        Path file = Files.write(directory.resolve("mapped"), bytes);
        try (FileSource source = FileSource.open(file)) {
            assertEquals(expected, read(source, contents));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x1000, 0x11000})
    void offsetsCountFromTheFilesBeginning(int origin) throws IOException {
        byte[] bytes = stream(Shape.GOOD, origin);
        Path file =
                Files.write(
                        directory.resolve("mapped"),
                        WireBytes.of().fill(0x77, origin).raw(bytes).bytes());
        try (FileSource source =
                new FileSource("f", FileChannel.open(file), origin, origin + bytes.length)) {
            assertEquals(
                    read(new MemorySource("m", stream(Shape.GOOD, 0)), true), read(source, true));
        }
    }

    @Test
    void bitmapMayStandAnywhereBeforeThePages() throws IOException {
        byte[] bytes = stream(Shape.GOOD.bitmapAt(0x800), 0);
        Arrays.fill(bytes, 0x2e, 0x36, (byte) 0xff);
        bytes[0x800] = 0x10;
        assertEquals(
                List.of(
                        "blocks of 4096: a 0x5000",
                        "MAPPED RAW a 0x4000 [99..99] @0x5000",
                        "blocks of 4096: a 0x5000 b 0x1000"),
                read(new MemorySource("m", bytes), true));
    }

    @Test
    void otherPageSizesAreTold() throws IOException {
        byte[] bytes =
                WireBytes.of()
                        .raw("0000000000000804")
                        .str8("a")
                        .u64(0x800)
                        .u32(1)
                        .u64(1024)
                        .u64(0x2e)
                        .u64(0x400)
                        .raw("0200000000000000")
                        .padTo(0x800)
                        .fill(5, 1024)
                        .raw("0000000000000010")
                        .bytes();
        assertEquals(
                List.of("blocks of 1024: a 0x800", "MAPPED RAW a 0x400 [5..5] @0x800"),
                read(new MemorySource("m", bytes), true));
    }

    // --- hostile headers ---------------------------------------------------------------------

    @Test
    void newerVersionsAreNotRead() {
        assertFails(
                UnsupportedStreamException.class,
                "mapped-ram header version: expected 1, found 2",
                18,
                shape -> shape.version(2));
    }

    @Test
    void pageSizeMustBePossible() {
        assertFails(
                MalformedStreamException.class,
                "mapped-ram page size: expected a power of two from 256 to 65536, found 4097",
                22,
                shape -> shape.pageSize(4097));
        assertFails(
                MalformedStreamException.class,
                "mapped-ram page size: expected a power of two from 256 to 65536, found"
                        + " 18446744073709551615",
                22,
                shape -> shape.pageSize(-1));
    }

    @Test
    void offsetsGoForward() {
        assertFails(
                MalformedStreamException.class,
                "mapped-ram bitmap offset: expected at least 0x2e (what precedes it ends there),"
                        + " found 0x2d",
                30,
                shape -> shape.bitmapAt(0x2d));
        assertFails(
                MalformedStreamException.class,
                "mapped-ram pages offset: expected at least 0x36 (what precedes it ends there),"
                        + " found 0x0",
                38,
                shape -> shape.pagesAt(0));
        assertFails(
                MalformedStreamException.class,
                "mapped-ram bitmap offset: expected at least 0x2e (what precedes it ends there),"
                        + " found 0x8000000000000000",
                30,
                shape -> shape.bitmapAt(Long.MIN_VALUE));
    }

    @Test
    void pagesAreAligned() {
        assertFails(
                MalformedStreamException.class,
                "mapped-ram pages offset: expected a multiple of 4096, found 0x1001",
                38,
                shape -> shape.pagesAt(0x1001));
    }

    @Test
    void offsetsPastTheFileAreTruncation() {
        assertFails(
                TruncatedStreamException.class,
                "mapped-ram pages offset: expected 2305843009213693898 bytes, the input ends"
                        + " after 32722",
                0x36,
                shape -> shape.pagesAt(1L << 61));
        assertFails(
                TruncatedStreamException.class,
                "mapped-ram bitmap offset: expected 1099511627730 bytes, the input ends after"
                        + " 32730",
                0x2e,
                shape -> shape.bitmapAt(1L << 40));
    }

    @Test
    void offsetsFromTwoToThe62AreInNoFile() {
        assertFails(
                MalformedStreamException.class,
                "mapped-ram pages offset: expected a length below 2^62, found"
                        + " 9223372036854771658",
                0x36,
                shape -> shape.pagesAt(0x7ffffffffffff000L));
    }

    @Test
    void pagesMustBeThere() {
        byte[] whole = stream(Shape.GOOD, 0);
        byte[] cut = Arrays.copyOf(whole, 0x4800);
        for (ByteSource source :
                List.of(new MemorySource("m", cut), ForwardSource.inPieces(cut, 777))) {
            TruncatedStreamException e =
                    assertThrows(TruncatedStreamException.class, () -> read(source, true));
            assertEquals(
                    "mapped-ram page: expected 4096 bytes, the input ends after 2048", e.problem());
            assertEquals("records / block 'a' / page 0x3000", e.at().breadcrumb());
        }
    }

    @Test
    void bitsBehindTheLastPageMustBeClear() {
        assertFails(
                MalformedStreamException.class,
                "mapped-ram bitmap: bit 5 is set, the block has 5 pages",
                0x2e,
                shape -> shape.bitmap("2d00000000000000"));
        assertFails(
                MalformedStreamException.class,
                "mapped-ram bitmap: bit 63 is set, the block has 5 pages",
                0x2e + 7,
                shape -> shape.bitmap("0d00000000000080"));
    }

    @Test
    void bitmapHasALimit() {
        RamState ram = new RamState(PageSink.NONE);
        byte[] bytes =
                WireBytes.of()
                        .raw("7ffffffffffff004")
                        .str8("a")
                        .u64(0x7ffffffffffff000L)
                        .u32(1)
                        .u64(4096)
                        .u64(0x2e)
                        .u64(0x1000)
                        .bytes();
        LimitExceededException e =
                assertThrows(
                        LimitExceededException.class,
                        () ->
                                new RamSectionReader(ram, SomeLimits.sizes(9, 1000), 0)
                                        .readBody(
                                                new WireInput(new MemorySource("m", bytes)),
                                                MAPPED,
                                                RamSync.NONE));
        assertEquals(
                "mapped-ram bitmap bytes: 281474976710656 found, the limit is 1000", e.problem());
    }

    @Test
    void pagesStayWithinTheEnclosingData() throws IOException {
        WireInput in = new WireInput(new MemorySource("m", stream(Shape.GOOD, 0)));
        in.lookahead();
        long outer = in.confine(0x3800, "package");
        RamState ram = new RamState(new RecordingSink());
        assertThrows(
                TruncatedStreamException.class,
                () ->
                        new RamSectionReader(ram, Limits.DEFAULT, 0)
                                .readBody(in, MAPPED, RamSync.NONE));
        assertTrue(in.offset() <= 0x3800, "read to " + in.offset());
        in.release(outer);
    }

    @Test
    void secondListIsRefused() {
        byte[] whole = stream(Shape.GOOD, 0);
        byte[] twice =
                WireBytes.of()
                        .raw(whole, 0, whole.length - 8)
                        .raw("0000000000006004")
                        .raw("0000000000000010")
                        .bytes();
        StreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> read(new MemorySource("m", twice), true));
        assertEquals("block list: a second one in a mapped-ram stream", e.problem());
    }
}
