package dev.ferry.stream.testing;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/** Passes everything on and tells how much was read. */
public record CountingSource(ByteSource source, IntConsumer count) implements ByteSource {

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        int n = source.read(dst);
        count.accept(Math.max(n, 0));
        return n;
    }

    @Override
    public OptionalLong size() {
        return source.size();
    }

    @Override
    public boolean seekable() {
        return source.seekable();
    }

    @Override
    public void position(long offset) throws IOException {
        source.position(offset);
    }

    @Override
    public long fileOrigin() {
        return source.fileOrigin();
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
