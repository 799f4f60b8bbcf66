package dev.ferry.stream.container;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Appends to a buffer of fixed size. */
final class BufferOutputStream extends OutputStream {

    private final ByteBuffer buffer;

    BufferOutputStream(ByteBuffer buffer) {
        this.buffer = buffer;
    }

    @Override
    public void write(int b) throws IOException {
        require(1);
        buffer.put((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        require(length);
        buffer.put(bytes, offset, length);
    }

    private void require(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            throw new IOException(
                    "packed data outgrows its buffer of " + buffer.capacity() + " bytes");
        }
    }
}
