package dev.ferry.stream.dump;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/** A header being put together, little endian; what is not written is zero. */
final class LittleEndian {

    private final ByteBuffer bytes;

    LittleEndian(int length) {
        bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    LittleEndian u8(int value) {
        bytes.put((byte) value);
        return this;
    }

    LittleEndian u16(int value) {
        bytes.putShort((short) value);
        return this;
    }

    LittleEndian u32(long value) {
        bytes.putInt((int) value);
        return this;
    }

    LittleEndian u64(long value) {
        bytes.putLong(value);
        return this;
    }

    /** An address or offset, of 8 bytes or 4. */
    LittleEndian word(boolean wide, long value) {
        return wide ? u64(value) : u32(value);
    }

    LittleEndian ascii(String text) {
        bytes.put(text.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    LittleEndian raw(byte[] more) {
        bytes.put(more);
        return this;
    }

    /** Goes on at an offset. */
    LittleEndian at(int offset) {
        bytes.position(offset);
        return this;
    }

    byte[] array() {
        return bytes.array();
    }

    /** Writes all of it. */
    void write(FileChannel file, long offset) throws IOException {
        write(bytes.clear(), file, offset);
    }

    static void write(ByteBuffer bytes, FileChannel file, long offset) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }
}
