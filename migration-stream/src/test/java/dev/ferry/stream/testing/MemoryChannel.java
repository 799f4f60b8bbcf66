package dev.ferry.stream.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** A channel whose bytes are kept; one writer at a time. */
public final class MemoryChannel implements WritableByteChannel {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    public MemoryChannel() {}

    @Override
    public synchronized int write(ByteBuffer src) {
        byte[] piece = new byte[src.remaining()];
        src.get(piece);
        bytes.writeBytes(piece);
        return piece.length;
    }

    /** What was written. */
    public synchronized byte[] bytes() {
        return bytes.toByteArray();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {}
}
