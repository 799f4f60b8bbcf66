package dev.ferry.stream.ram;

import static dev.ferry.stream.testing.WireBytes.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class XbzrleTest {

    private static final int PAGE = 4096;

    /** Applies a delta to a page of {@code 11} bytes that lies between two others. */
    private static byte[] apply(String delta) throws MalformedPageException {
        byte[] memory = new byte[3 * PAGE];
        Arrays.fill(memory, (byte) 0x11);
        byte[] data = hex("eeee" + delta.replace(" ", "") + "ee");
        Xbzrle.apply(
                MemorySegment.ofArray(data),
                2,
                data.length - 3,
                MemorySegment.ofArray(memory),
                PAGE,
                PAGE);
        byte[] around = new byte[PAGE];
        Arrays.fill(around, (byte) 0x11);
        assertArrayEquals(around, Arrays.copyOf(memory, PAGE), "page before");
        assertArrayEquals(around, Arrays.copyOfRange(memory, 2 * PAGE, 3 * PAGE), "page behind");
        return Arrays.copyOfRange(memory, PAGE, 2 * PAGE);
    }

    private static byte[] page(Object... offsetsAndBytes) {
        byte[] page = new byte[PAGE];
        Arrays.fill(page, (byte) 0x11);
        for (int i = 0; i < offsetsAndBytes.length; i += 2) {
            byte[] bytes = hex((String) offsetsAndBytes[i + 1]);
            System.arraycopy(bytes, 0, page, (int) offsetsAndBytes[i], bytes.length);
        }
        return page;
    }

    @Test
    void runsSkipAndReplace() throws MalformedPageException {
        assertArrayEquals(page(3, "aabb", 9, "cc"), apply("03 02 aabb  04 01 cc"));
    }

    @Test
    void captureFromQemu() throws MalformedPageException {
        assertArrayEquals(page(0, "6a15", 0x800, "6a15"), apply("00 02 6a15 fe0f 02 6a15"));
    }

    @Test
    void firstRunMayBeEmptyAndTheLastByteBeReached() throws MalformedPageException {
        assertArrayEquals(page(0, "aa"), apply("00 01 aa"));
        assertArrayEquals(page(4095, "aa"), apply("ff1f 01 aa"));
        assertArrayEquals(page(0, "bb".repeat(4096)), apply("00 8020" + "bb".repeat(4096)));
    }

    @Test
    void nothingChangesNothing() throws MalformedPageException {
        assertArrayEquals(page(), apply(""));
    }

    @Test
    void countsBelow128MayTakeTwoBytesToo() throws MalformedPageException {
        assertArrayEquals(page(3, "aa"), apply("8300 8100 aa"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    05             | XBZRLE: a run begins in the last byte of its data
                    00 01 aa 05    | XBZRLE: a run begins in the last byte of its data
                    00 01 aa 00 01 bb | XBZRLE: empty run of unchanged bytes at page byte 0x1
                    8180 01 aa     | XBZRLE: count of more than two bytes
                    00 818001 aa   | XBZRLE: count of more than two bytes
                    00 81          | XBZRLE: data ends where a run of new bytes is expected
                    8300           | XBZRLE: data ends where a run of new bytes is expected
                    0005           | XBZRLE: data ends where a run of new bytes is expected
                    00 05 aabb     | XBZRLE: run of new bytes: expected 5, the data ends after 2
                    00 00 aa       | XBZRLE: empty run of new bytes at page byte 0x0
                    07 00 aa       | XBZRLE: empty run of new bytes at page byte 0x7
                    8120 01 aa     | XBZRLE: run of unchanged bytes reaches 0x1001, the page has 0x1000 bytes
                    8020 01 aa     | XBZRLE: run of new bytes reaches 0x1001, the page has 0x1000 bytes
                    ff1f 02 aabb   | XBZRLE: run of new bytes reaches 0x1001, the page has 0x1000 bytes
                    ff7f ff7f      | XBZRLE: run of unchanged bytes reaches 0x3fff, the page has 0x1000 bytes
                    01 01 aa ff1f 01 bb | XBZRLE: run of unchanged bytes reaches 0x1001, the page has 0x1000 bytes
                    """)
    void malformedRunsAreRefused(String delta, String problem) {
        MalformedPageException e = assertThrows(MalformedPageException.class, () -> apply(delta));
        assertEquals(problem, e.getMessage());
    }
}
