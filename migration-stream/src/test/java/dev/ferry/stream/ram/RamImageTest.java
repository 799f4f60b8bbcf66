package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.testing.WireBytes;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RamImageTest {

    private final RamImage image = new RamImage();
    private final RamState ram = new RamState(image);
    private final RamSectionReader reader = new RamSectionReader(ram, Limits.DEFAULT, 0);

    private RamImageTest() {
        ram.pageSize(1024);
        ram.blocks(
                List.of(
                        new RamBlock(0, "a", 0x10000, 0, OptionalLong.empty(), null),
                        new RamBlock(1, "none", 0, 0, OptionalLong.empty(), null)));
    }

    @AfterEach
    void close() throws IOException {
        image.close();
    }

    private void read(WireBytes records) throws IOException {
        byte[] body = WireBytes.of().raw(records.bytes()).u64(0x10).bytes();
        reader.readBody(
                new WireInput(new MemorySource("test", body)), RamFeatures.NONE, RamSync.NONE);
    }

    private RamImage.BlockImage block() {
        return image.blocks().getFirst();
    }

    private byte[] page(int index) {
        return block().memory().asSlice(index * 1024L, 1024).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] filled(int value) {
        byte[] page = new byte[1024];
        java.util.Arrays.fill(page, (byte) value);
        return page;
    }

    @Test
    void blocksBeginAsZeros() throws IOException {
        ram.announce();
        assertFalse(block().received());
        assertEquals(-1, block().nextTouched(0));
        assertEquals(0, image.blocks().get(1).memory().byteSize());
        assertArrayEquals(filled(0), page(63));
    }

    @Test
    void laterPagesOverwriteEarlierOnes() throws IOException {
        read(WireBytes.of().u64(0x408).str8("a").fill(1, 1024).u64(0x828).fill(2, 1024));
        read(WireBytes.of().u64(0x428).fill(3, 1024));
        assertTrue(block().received());
        assertArrayEquals(filled(0), page(0));
        assertArrayEquals(filled(3), page(1));
        assertArrayEquals(filled(2), page(2));
        assertEquals(1, block().nextTouched(0));
        assertEquals(3, block().nextUntouched(1));
    }

    @Test
    void zeroPagesClearWhatWasThere() throws IOException {
        read(WireBytes.of().u64(8).str8("a").fill(1, 1024));
        read(WireBytes.of().u64(0x428).fill(2, 1024).u64(0x828).fill(3, 1024));
        read(WireBytes.of().u64(0x422).u8(0).u64(0x822).u8(0).u64(0xc22).u8(0));
        assertArrayEquals(filled(1), page(0));
        assertArrayEquals(filled(0), page(1));
        assertArrayEquals(filled(0), page(2));
    }

    @Test
    void fillBytesOtherThanZeroAreTaken() throws IOException {
        read(WireBytes.of().u64(2).str8("a").u8(0xee).u64(0x422).u8(0xee));
        assertArrayEquals(filled(0xee), page(0));
        assertArrayEquals(filled(0xee), page(1));
        assertTrue(block().touched(1));
        assertFalse(block().touched(2));
    }

    @Test
    void deltasChangeWhatIsThere() throws IOException {
        read(WireBytes.of().u64(8).str8("a").fill(1, 1024));
        read(WireBytes.of().u64(0x60).raw("01 0004 05 02 aabb"));
        byte[] expected = filled(1);
        expected[5] = (byte) 0xaa;
        expected[6] = (byte) 0xbb;
        assertArrayEquals(expected, page(0));
    }

    @Test
    void digestIsThatOfTheWholeBlock() throws Exception {
        read(WireBytes.of().u64(0x408).str8("a").fill(1, 1024).u64(0xfc28).fill(2, 1024));
        byte[] expected = new byte[0x10000];
        java.util.Arrays.fill(expected, 1024, 2048, (byte) 1);
        java.util.Arrays.fill(expected, 0xfc00, 0x10000, (byte) 2);
        assertArrayEquals(
                MessageDigest.getInstance("SHA-256").digest(expected),
                ImageDigests.sha256(block()));
        assertArrayEquals(
                MessageDigest.getInstance("SHA-256").digest(),
                ImageDigests.sha256(image.blocks().get(1)));
    }
}
