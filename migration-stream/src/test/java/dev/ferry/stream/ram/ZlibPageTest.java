package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.testing.WireBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZlibPageTest {

    private static final int PAGE = 4096;

    private final ZlibPage zlib = new ZlibPage();

    @AfterEach
    void close() {
        zlib.close();
    }

    private static byte[] deflate(byte[] page, int level) {
        Deflater deflater = new Deflater(level);
        deflater.setInput(page);
        deflater.finish();
        byte[] out = new byte[2 * page.length + 100];
        int n = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, n);
    }

    private byte[] inflate(byte[] data) throws MalformedPageException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(data.length + 7);
        buffer.put(3, data);
        byte[] page = new byte[PAGE];
        zlib.inflate(buffer, 3, data.length, page);
        return page;
    }

    private void assertRefused(String problem, byte[] data) {
        MalformedPageException e = assertThrows(MalformedPageException.class, () -> inflate(data));
        assertEquals(problem, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6, 9})
    void everyLevelIsRead(int level) throws MalformedPageException {
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        byte[] packed = deflate(noise, level);
        assertTrue(packed.length > PAGE, "noise grows");
        assertTrue(packed.length <= ZlibPage.bound(PAGE));
        assertArrayEquals(noise, inflate(packed));
        byte[] text =
                "Ferry "
                        .repeat(700)
                        .substring(0, PAGE)
                        .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertArrayEquals(text, inflate(deflate(text, level)));
    }

    @Test
    void pagesAreIndependent() throws MalformedPageException {
        byte[] page = new byte[PAGE];
        Arrays.fill(page, (byte) 5);
        byte[] packed = deflate(page, 9);
        inflate(packed);
        assertRefused(
                "compressed page: damaged zlib data: unknown compression method", new byte[9]);
        assertArrayEquals(page, inflate(packed));
    }

    @Test
    void lengthMustBeThePages() {
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found 4095",
                deflate(new byte[PAGE - 1], 1));
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found more",
                deflate(new byte[PAGE + 1], 1));
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found 0",
                new byte[0]);
    }

    @Test
    void bombIsNotUnpacked() {
        byte[] bomb = deflate(new byte[4 << 20], 9);
        assertTrue(bomb.length < ZlibPage.bound(PAGE));
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found more", bomb);
    }

    @Test
    void streamMustBeWhole() {
        byte[] packed = deflate(new byte[PAGE], 1);
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found no end",
                Arrays.copyOf(packed, packed.length - 1));
        byte[] noise = new byte[PAGE];
        new Random(1).nextBytes(noise);
        byte[] stored = deflate(noise, 0);
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found 4089",
                Arrays.copyOf(stored, PAGE));
    }

    @Test
    void checksumMustFit() {
        byte[] packed = deflate(new byte[PAGE], 1);
        packed[packed.length - 1] ^= 1;
        assertRefused("compressed page: damaged zlib data: incorrect data check", packed);
    }

    @Test
    void streamThatWantsADictionaryIsRefused() {
        assertRefused(
                "compressed page: expected a zlib stream of exactly 4096 bytes, found 0",
                WireBytes.hex("78 bb 00000001 03 00"));
    }
}
