package dev.ferry.stream.convert;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.SpooledSource;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * A stream that can be read as often as one likes, one reading at a time. What cannot seek is kept,
 * in a temporary file when it is long.
 */
public final class Rewound implements Closeable {

    private final ByteSource source;

    private Rewound(ByteSource source) {
        this.source = source;
    }

    /** Takes {@code source}, which stands at its offset 0, and closes it in the end. */
    public static Rewound of(ByteSource source, Limits limits) throws IOException {
        if (source.seekable()) {
            return new Rewound(source);
        }
        ByteBuffer nothing = ByteBuffer.allocate(0);
        return new Rewound(SpooledSource.keep(source, 0, nothing, Long.MAX_VALUE, limits));
    }

    /** The stream from its beginning; the one handed out before must not be read any more. */
    public ByteSource again() throws IOException {
        source.position(0);
        return new Borrowed(source);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    /** The source without the right to close it. */
    private record Borrowed(ByteSource source) implements ByteSource {

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
            return true;
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
        public void close() {}
    }
}
