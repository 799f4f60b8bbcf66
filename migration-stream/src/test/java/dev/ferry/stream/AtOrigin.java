package dev.ferry.stream;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A source that says it begins further on in some file. */
record AtOrigin(ByteSource source, long fileOrigin) implements ByteSource {

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return source.read(dst);
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
    public void close() throws IOException {
        source.close();
    }
}
