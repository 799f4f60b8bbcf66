package dev.ferry.stream.io;

import static dev.ferry.stream.testing.WireBytes.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.testing.CountingSource;
import dev.ferry.stream.testing.ForwardSource;
import dev.ferry.stream.testing.Heap;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireInputTest {

    private static final int BUFFER = WireInput.BUFFER_BYTES;

    private static WireInput of(String hexDigits) {
        return new WireInput(new MemorySource("test", hex(hexDigits)));
    }

    private static WireInput of(byte[] bytes) {
        return new WireInput(new MemorySource("test", bytes));
    }

    private static WireInput forward(byte[] bytes) {
        return new WireInput(ForwardSource.of(bytes));
    }

    private static byte[] numbered(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >> 8));
        }
        return bytes;
    }

    // --- values ------------------------------------------------------------------------------

    @Test
    void integersAreBigEndianAndUnsigned() throws IOException {
        WireInput in = of("fe  fffe  fffffffe  fffffffe  fffffffffffffffe");
        assertEquals(0xfe, in.u8("a"));
        assertEquals(0xfffe, in.u16("b"));
        assertEquals(0xfffffffeL, in.u32("c"));
        assertEquals(-2, in.i32("d"));
        assertEquals(-2L, in.u64("e"));
        assertEquals(19, in.offset());
        assertTrue(in.atEnd());
    }

    @Test
    void stringsMapBytesToCharsOneToOne() throws IOException {
        WireInput in = of("04 70 63 00 ff  00  02 41 42");
        assertEquals("pc\0\u00ff", in.str8("name"));
        assertEquals("", in.str8("empty name"));
        assertEquals("\2A", in.string(2, "text"));
        assertEquals("B", in.string(1, "text"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7})
    void smallPiecesGiveTheSameValues(int piece) throws IOException {
        byte[] bytes =
                WireBytes.of()
                        .u8(1)
                        .u16(0x0203)
                        .u32(0x04050607)
                        .u64(0x08090a0b0c0d0e0fL)
                        .str8("name")
                        .bytes();
        WireInput in = new WireInput(ForwardSource.inPieces(bytes, piece));
        assertEquals(1, in.u8("a"));
        assertEquals(0x0203, in.u16("b"));
        assertEquals(0x04050607, in.u32("c"));
        assertEquals(0x08090a0b0c0d0e0fL, in.u64("d"));
        assertEquals("name", in.str8("e"));
        assertTrue(in.atEnd());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void valuesMayLieAcrossTheBuffersEnd(int before) throws IOException {
        byte[] bytes =
                WireBytes.of()
                        .fill(0, BUFFER - before)
                        .u64(0x0102030405060708L)
                        .str8("straddle")
                        .u32(0xcafebabeL)
                        .bytes();
        for (WireInput in : List.of(of(bytes), forward(bytes))) {
            in.u8("fills the buffer");
            in.skip(BUFFER - before - 1, "padding");
            assertEquals(0x01, in.peek(0));
            assertEquals(0x08, in.peek(7));
            assertEquals(0x01020304L, in.peekU32());
            assertEquals(BUFFER - before, in.offset());
            assertEquals(0x0102030405060708L, in.u64("number"));
            assertEquals("straddle", in.str8("name"));
            assertEquals(0xcafebabeL, in.u32("number"));
            assertTrue(in.atEnd());
        }
    }

    // --- looking ahead -----------------------------------------------------------------------

    @Test
    void peekingTakesNothing() throws IOException {
        WireInput in = of("01 02 03 04");
        assertEquals(2, in.peek(1));
        assertEquals(0x01020304L, in.peekU32());
        assertEquals(0, in.offset());
        assertEquals(1, in.u8("a"));
    }

    @Test
    void peekingPastTheEndTellsSo() throws IOException {
        WireInput in = of("01 02 03");
        assertEquals(3, in.peek(2));
        assertEquals(-1, in.peek(3));
        assertEquals(-1, in.peekU32());
        assertFalse(in.atEnd());
        in.skip(3, "all");
        assertEquals(-1, in.peek(0));
        assertTrue(in.atEnd());
    }

    @Test
    void emptyInputIsAtItsEnd() throws IOException {
        assertTrue(of("").atEnd());
        assertEquals(-1, forward(new byte[0]).peek(0));
    }

    @Test
    void windowHoldsWhatWasAskedForAndIsConsumedByItsPosition() throws IOException {
        WireInput in = new WireInput(ForwardSource.inPieces(hex("01 02 03 04 05"), 2));
        ByteBuffer b = in.window(3, "record");
        assertEquals(0x0102, b.getShort());
        assertEquals(2, in.offset());
        assertEquals(3, in.u8("next"));
        assertNull(in.windowOrNull(3));
        assertNotNull(in.windowOrNull(2));
        assertEquals(4, in.u8("next"));
    }

    @Test
    void lookaheadGathersAllThereIsUpToTheBuffer() throws IOException {
        WireInput in = new WireInput(ForwardSource.inPieces(numbered(BUFFER + 100), 1000));
        in.skip(10, "start");
        ByteBuffer b = in.lookahead();
        assertEquals(BUFFER, b.remaining());
        in.skip(BUFFER, "most");
        assertEquals(90, in.lookahead().remaining());
        assertEquals(BUFFER + 10, in.offset());
    }

    @Test
    void whatWasJustReadCanBeTakenBack() throws IOException {
        WireInput in = of("01 02 03 04 05 06 07 08 09");
        in.u8("a");
        in.u64("b");
        in.seekBack(8);
        assertEquals(1, in.offset());
        assertEquals(2, in.u8("again"));
    }

    // --- runs of bytes -----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BUFFER - 1, BUFFER, BUFFER + 1, 3 * BUFFER + 17})
    void bytesOfAnyLengthAreCopied(int length) throws IOException {
        byte[] bytes = numbered(length + 7);
        for (ByteSource source :
                List.of(new MemorySource("m", bytes), ForwardSource.inPieces(bytes, 4099))) {
            WireInput in = new WireInput(source);
            in.skip(5, "start");
            byte[] found = in.bytes(length, "bytes");
            assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 5, 5 + length), found);
            assertEquals(5 + length, in.offset());
        }
    }

    @Test
    void lyingLengthCostsNoMoreThanWhatArrives() throws Exception {
        WireInput known = of(new byte[100]);
        WireInput unknown = forward(new byte[100]);
        for (WireInput in : List.of(known, unknown)) {
            long allocated =
                    Heap.allocatedBy(() ->
                            assertThrows(
                                    TruncatedStreamException.class,
                                    () -> in.bytes(Integer.MAX_VALUE, "blob")));
            assertTrue(allocated < 1 << 20, "allocated " + allocated);
        }
    }

    @Test
    void lengthsAreCheckedAgainstTheirLimit() throws IOException {
        WireInput in = of("00000010 00000011 ffffffff");
        assertEquals(16, in.length32(16, "name's length"));
        LimitExceededException e =
                assertThrows(LimitExceededException.class, () -> in.length32(16, "name's length"));
        assertEquals("name's length: 17 found, the limit is 16", e.problem());
        assertEquals(4, e.at().offset());
        e =
                assertThrows(
                        LimitExceededException.class,
                        () -> in.length32(Integer.MAX_VALUE, "name's length"));
        assertEquals("name's length: 4294967295 found, the limit is 2147483647", e.problem());
    }

    @Test
    void skippingFarOnASeekableSourceReadsNothing() throws IOException {
        long[] read = {0};
        byte[] bytes = numbered(5 << 20);
        MemorySource memory = new MemorySource("m", bytes);
        ByteSource counting = new CountingSource(memory, n -> read[0] += n);
        WireInput in = new WireInput(counting);
        in.u8("first");
        in.skip((4 << 20) - 1, "far");
        assertEquals(bytes[4 << 20] & 0xff, in.u8("there"));
        assertEquals((4 << 20) + 1, in.offset());
        assertTrue(read[0] <= 2 * BUFFER, "read " + read[0]);
    }

    // --- the end comes too early -------------------------------------------------------------

    private static void assertTruncated(String problem, long at, long missing, Executable reading) {
        TruncatedStreamException e = assertThrows(TruncatedStreamException.class, reading);
        assertEquals(problem, e.problem());
        assertEquals(at, e.at().offset(), "offset");
        assertEquals(missing, e.missing(), "missing");
    }

    @Test
    void everyValueSaysWhatItIsWhereItBeganAndHowMuchIsMissing() {
        assertTruncated(
                "tag: expected 1 bytes, the input ends after 0", 0, 1, () -> of("").u8("tag"));
        assertTruncated(
                "length: expected 2 bytes, the input ends after 1",
                0,
                1,
                () -> of("00").u16("length"));
        assertTruncated(
                "id: expected 4 bytes, the input ends after 3", 0, 1, () -> of("000000").u32("id"));
        assertTruncated(
                "id: expected 4 bytes, the input ends after 1", 0, 3, () -> of("00").i32("id"));
        assertTruncated(
                "word: expected 8 bytes, the input ends after 7",
                0,
                1,
                () -> of("00000000000000").u64("word"));
        assertTruncated(
                "name: expected 5 bytes, the input ends after 2",
                1,
                3,
                () -> of("05 41 42").str8("name"));
        assertTruncated(
                "page: expected 4096 bytes, the input ends after 2",
                0,
                4094,
                () -> of("41 42").window(4096, "page"));
    }

    @Test
    void longBytesAndSkipsSayTheSameOnEverySource() {
        byte[] bytes = numbered(3 << 20);
        long wanted = (4L << 20) - 10;
        List<Executable> readings = new ArrayList<>();
        for (WireInput in : List.of(of(bytes), forward(bytes))) {
            readings.add(() -> {
                in.skip(10, "start");
                in.skip(wanted, "blob");
            });
        }
        for (WireInput in : List.of(of(bytes), forward(bytes))) {
            readings.add(() -> {
                in.skip(10, "start");
                in.bytes((int) wanted, "blob");
            });
        }
        for (Executable reading : readings) {
            assertTruncated(
                    "blob: expected 4194294 bytes, the input ends after 3145718",
                    10,
                    (1 << 20),
                    reading);
        }
    }

    @Test
    void shortSkipsSayTheSameOnEverySource() {
        for (WireInput in : List.of(of("01 02 03 04"), forward(hex("01 02 03 04")))) {
            assertTruncated(
                    "padding: expected 7 bytes, the input ends after 3",
                    1,
                    4,
                    () -> {
                        in.u8("tag");
                        in.skip(7, "padding");
                    });
        }
    }

    @Test
    void lengthsFromTwoToThe62AreTooLongForAnyStream() {
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> of("00").skip(0x8000000000000000L, "chunk"));
        assertEquals("chunk: expected a length below 2^62, found 9223372036854775808", e.problem());
    }

    // --- regions -----------------------------------------------------------------------------

    @Test
    void regionEndsReadingWhereItEnds() throws IOException {
        WireInput in = of("01 02 03 04 05 06 07 08 09");
        in.u8("before");
        long outer = in.confine(3, "package");
        assertEquals(3, in.regionRemaining());
        assertEquals(4, in.peek(2));
        assertEquals(-1, in.peek(3));
        assertEquals(-1, in.peekU32());
        assertNull(in.windowOrNull(4));
        assertTruncated(
                "id: expected 4 bytes, the enclosing data ends after 3", 1, 1, () -> in.u32("id"));
        assertTruncated(
                "blob: expected 4 bytes, the enclosing data ends after 3",
                1,
                1,
                () -> in.skip(4, "blob"));
        assertTruncated(
                "blob: expected 300000 bytes, the enclosing data ends after 3",
                1,
                299_997,
                () -> in.bytes(300_000, "blob"));
        in.skip(3, "all");
        assertTrue(in.atEnd());
        assertEquals(0, in.regionRemaining());
        in.release(outer);
        assertEquals(5, in.u8("behind"));
    }

    @Test
    void regionsNestButDoNotReachOut() throws IOException {
        WireInput in = of(new byte[100]);
        long outermost = in.confine(50, "outer");
        in.skip(10, "some");
        long outer = in.confine(20, "inner");
        assertTruncated(
                "innermost: expected 21 bytes, the enclosing data ends after 20",
                10,
                1,
                () -> in.confine(21, "innermost"));
        in.skip(20, "inner");
        in.release(outer);
        assertEquals(20, in.regionRemaining());
        in.skip(20, "rest");
        assertTrue(in.atEnd());
        in.release(outermost);
        assertFalse(in.atEnd());
    }

    @Test
    void inputThatEndsInsideARegionIsNotTheRegionsFault() throws IOException {
        WireInput in = of("01 02 03 04");
        long outer = in.confine(1000, "package");
        in.u8("tag");
        assertTruncated(
                "word: expected 8 bytes, the input ends after 3", 1, 5, () -> in.u64("word"));
        assertTruncated(
                "blob: expected 500 bytes, the input ends after 3",
                1,
                497,
                () -> in.skip(500, "blob"));
        in.release(outer);
    }

    @Test
    void regionOfNothingHasNothing() throws IOException {
        WireInput in = of("01");
        long outer = in.confine(0, "payload");
        assertTrue(in.atEnd());
        in.skip(0, "nothing");
        assertEquals(0, in.bytes(0, "nothing").length);
        in.release(outer);
        assertFalse(in.atEnd());
    }

    @Test
    void lookaheadStopsReadingAtTheRegionsEnd() throws IOException {
        ForwardSource source = ForwardSource.inPieces(new byte[1000], 10);
        WireInput in = new WireInput(source);
        long outer = in.confine(100, "package");
        assertEquals(100, in.lookahead().remaining());
        assertEquals(100, source.taken());
        in.release(outer);
    }

    // --- places ------------------------------------------------------------------------------

    @Test
    void errorsTellSourceOffsetAndBreadcrumbs() throws IOException {
        WireInput in = of("01 02");
        in.enter("section 3 'ram'");
        in.enter("block 'pc.ram'");
        in.u8("tag");
        StreamException e = in.malformed(1, "page offset: expected less");
        assertEquals(
                "page offset: expected less (test at 0x1, in section 3 'ram' / block 'pc.ram')",
                e.getMessage());
        in.leave();
        assertEquals("section 3 'ram'", in.here().breadcrumb());
        assertEquals(1, in.here().offset());
        int depth = in.depth();
        in.enter("x");
        in.enter("y");
        in.leaveTo(depth);
        assertEquals("section 3 'ram'", in.here().breadcrumb());
    }

    @Test
    void breadcrumbsAreAskedOnlyWhenNeeded() throws IOException {
        WireInput in = of("01 02");
        int[] asked = {0};
        in.enter(
                new Object() {
                    @Override
                    public String toString() {
                        return "asked " + ++asked[0];
                    }
                });
        in.u8("tag");
        assertEquals(0, asked[0]);
        assertEquals("asked 1", in.here().breadcrumb());
    }

    @Test
    void progressIsToldAtEachRefill() throws IOException {
        List<Long> told = new ArrayList<>();
        WireInput in = forward(new byte[2 * BUFFER + 1]);
        in.onProgress(told::add);
        in.skip(2L * BUFFER + 1, "all");
        assertEquals(List.of(0L, (long) BUFFER, 2L * BUFFER), told);
    }

    @Test
    void closingClosesTheSource() throws IOException {
        ForwardSource source = ForwardSource.of(new byte[1]);
        new WireInput(source).close();
        assertTrue(source.closed());
    }
}
