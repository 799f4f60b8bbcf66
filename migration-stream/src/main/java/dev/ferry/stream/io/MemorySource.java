package dev.ferry.stream.io;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A stream held in memory. */
public final class MemorySource implements ByteSource {

    private final String name;
    private final byte[] bytes;
    private long position;

    /** Reads {@code bytes}, which is not copied. */
    public MemorySource(String name, byte[] bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int read(ByteBuffer dst) {
        if (position >= bytes.length) {
            return -1;
        }
        int n = Math.min(dst.remaining(), bytes.length - (int) position);
        dst.put(bytes, (int) position, n);
        position += n;
        return n;
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(bytes.length);
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void position(long offset) {
        position = offset;
    }

    @Override
    public void close() {}
}
