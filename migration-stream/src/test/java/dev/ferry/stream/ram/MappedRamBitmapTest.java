package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedRamBitmapTest {

    @TempDir private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(longs = {1, 63, 64, 65, 524_288, 524_289, 2_000_003})
    void isTheSetOfItsBitsLeastSignificantFirst(long pages) throws IOException {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            MappedRamBitmap bitmap = new MappedRamBitmap(pages);
            BitSet expected = new BitSet();
            for (int i = 0; i < 30; i++) {
                int from = random.nextInt((int) pages + 1);
                int to = from + random.nextInt(1 + Math.min(5000, (int) pages - from));
                if (random.nextInt(4) == 0) {
                    bitmap.clear(from, to);
                    expected.clear(from, to);
                } else {
                    bitmap.set(from, to);
                    expected.set(from, to);
                }
            }
            byte[] wire = Arrays.copyOf(expected.toByteArray(), (int) bitmap.bytes());
            String why = "seed " + seed;
            assertArrayEquals(wire, streamed(bitmap), why);
            assertArrayEquals(wire, filed(bitmap), why);
            assertArrayEquals(wire, streamed(MappedRamBitmap.of(wire, pages)), why);
            for (int page = 0; page < pages; page += 1 + random.nextInt(4000)) {
                int set = expected.nextSetBit(page);
                assertEquals(expected.get(page), bitmap.get(page), why);
                assertEquals(set < 0 ? pages : set, bitmap.nextSet(page), why);
                assertEquals(
                        Math.min(pages, expected.nextClearBit(page)), bitmap.nextClear(page), why);
            }
        }
    }

    @Test
    void whatLiesBehindTheLastPageIsFound() throws IOException {
        assertEquals(-1, MappedRamBitmap.of(new byte[] {31, 0, 0, 0, 0, 0, 0, 0}, 5).stray());
        assertEquals(5, MappedRamBitmap.of(new byte[] {63, 0, 0, 0, 0, 0, 0, 0}, 5).stray());
        assertEquals(63, MappedRamBitmap.of(new byte[] {31, 0, 0, 0, 0, 0, 0, -128}, 5).stray());
        assertEquals(-1, new MappedRamBitmap(0).stray());
    }

    @Test
    void hugeBlocksCostNothingUntilTheyAreMarked() throws IOException {
        MappedRamBitmap bitmap = new MappedRamBitmap(1L << 34);
        assertEquals(1L << 31, bitmap.bytes());
        assertEquals(1L << 34, bitmap.nextSet(0));
        bitmap.set((1L << 34) - 3, 1L << 34);
        assertEquals((1L << 34) - 3, bitmap.nextSet(5));
    }

    @Test
    void impossibleLengthsAreRefused() {
        assertThrows(IOException.class, () -> new MappedRamBitmap((1L << 34) + 1));
        assertThrows(IOException.class, () -> new MappedRamBitmap(Long.MAX_VALUE));
    }

    private static byte[] streamed(MappedRamBitmap bitmap) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (WireOutput out = new WireOutput(Channels.newChannel(bytes))) {
            bitmap.write(out);
        }
        return bytes.toByteArray();
    }

    private byte[] filed(MappedRamBitmap bitmap) throws IOException {
        Path file = directory.resolve("bitmap");
        Files.deleteIfExists(file);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            bitmap.write(channel, 7);
        }
        byte[] found = Files.readAllBytes(file);
        return Arrays.copyOfRange(found, 7, 7 + (int) bitmap.bytes());
    }
}
