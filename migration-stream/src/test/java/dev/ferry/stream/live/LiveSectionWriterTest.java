package dev.ferry.stream.live;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.testing.WireBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import org.junit.jupiter.api.Test;

class LiveSectionWriterTest {

    private static final String LONG = "x".repeat(256);
    private static final int NAMED = DirtyBitmapFlags.DEVICE_NAME | DirtyBitmapFlags.BITMAP_NAME;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final WireOutput out = new WireOutput(Channels.newChannel(bytes));
    private final LiveSectionWriter writer = new LiveSectionWriter(out);

    private void assertWritten(String hexDigits) throws IOException {
        out.flush();
        assertArrayEquals(WireBytes.hex(hexDigits), bytes.toByteArray());
    }

    private void assertRefused(String message, LiveRecord written) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> writer.record(written));
        assertEquals(message, e.getMessage());
    }

    private static LiveRecord.BitmapName name(int flags) {
        return new LiveRecord.BitmapName(flags, "d", "b");
    }

    @Test
    void aBitmap() throws IOException {
        writer.record(new LiveRecord.BitmapStart(name(DirtyBitmapFlags.START | NAMED), 0x10000, 1));
        writer.record(new LiveRecord.BitmapBits(name(DirtyBitmapFlags.BITS), 8, 16, 3));
        writer.content(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 0, 2));
        writer.content(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}, 2, 1));
        writer.record(
                new LiveRecord.BitmapBits(
                        name(DirtyBitmapFlags.BITS | DirtyBitmapFlags.ZEROES), 24, 16, 0));
        writer.record(new LiveRecord.BitmapComplete(name(DirtyBitmapFlags.COMPLETE)));
        writer.record(new LiveRecord.BitmapEnd());
        assertWritten(
                "1c 0164 0162 00010000 01"
                        + " 40 0000000000000008 00000010 0000000000000003 010203"
                        + " 42 0000000000000018 00000010"
                        + " 20 01");
    }

    @Test
    void contentMustBeComplete() throws IOException {
        writer.record(new LiveRecord.StorageAttributes(0, 2));
        assertEquals(
                "2 bytes of content were not written",
                assertThrows(
                                IllegalStateException.class,
                                () -> writer.record(new LiveRecord.StorageAttributesEnd(0)))
                        .getMessage());
        assertEquals(
                "3 bytes of content, 2 are missing",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> writer.content(ByteBuffer.allocate(3)))
                        .getMessage());
    }

    @Test
    void whatDoesNotFitIsRefused() throws IOException {
        assertRefused("dirty bitmap flags 0x10", new LiveRecord.BitmapComplete(name(0x10)));
        assertRefused("dirty bitmap flags 0xa0", new LiveRecord.BitmapComplete(name(0xa0)));
        assertRefused(
                "a chunk of zeroes with bits", new LiveRecord.BitmapBits(name(0x42), 0, 1, 8));
        assertRefused("sector 0x80000000000000", new LiveRecord.DiskProgress(1L << 55));
        assertRefused("sector 0xffffffffffffffff", new LiveRecord.DiskBlock(-1, true, "d"));
        assertRefused(
                "storage attributes' address 0x1001", new LiveRecord.StorageAttributesDone(0x1001));
        assertRefused(
                "number of hash table entries: 65536",
                new LiveRecord.HashTableEntries(0, 65536, 0));
        assertRefused(
                "number of hash table entries: -1", new LiveRecord.HashTableEntries(0, 0, -1));
        assertRefused("a name of 256 bytes", new LiveRecord.DiskBlock(0, true, LONG));
    }
}
