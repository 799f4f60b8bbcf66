package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A seekable source from one of its offsets on. */
final class TailSource implements ByteSource {

    private final ByteSource whole;
    private final long origin;

    TailSource(ByteSource whole, long origin) throws IOException {
        this.whole = whole;
        this.origin = origin;
        whole.position(origin);
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return whole.read(dst);
    }

    @Override
    public OptionalLong size() {
        return OptionalLong.of(Math.max(0, whole.size().orElseThrow() - origin));
    }

    @Override
    public boolean seekable() {
        return true;
    }

    @Override
    public void position(long offset) throws IOException {
        whole.position(origin + offset);
    }

    @Override
    public long fileOrigin() {
        return whole.fileOrigin() + origin;
    }

    @Override
    public void close() throws IOException {
        whole.close();
    }
}
