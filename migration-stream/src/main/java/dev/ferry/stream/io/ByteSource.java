package dev.ferry.stream.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * Where the bytes of one stream come from: forward always, by position where the medium allows.
 *
 * <p>Offset 0 is the first byte of the stream, wherever that lies in a file. Sources are used by
 * one thread at a time.
 */
public interface ByteSource extends Closeable {

    /** The input's name as the user knows it. */
    String name();

    /**
     * Reads some bytes at the current position.
     *
     * @return how many, at least 1 unless {@code dst} is full; -1 at the end
     * @throws dev.ferry.stream.StreamException if an outer container or compression is damaged
     */
    int read(ByteBuffer dst) throws IOException;

    /** The stream's length in bytes where it is known beforehand. */
    default OptionalLong size() {
        return OptionalLong.empty();
    }

    /** Whether {@link #position(long)} works. A seekable source knows its {@link #size()}. */
    default boolean seekable() {
        return false;
    }

    /**
     * Goes to {@code offset}; past the end is allowed and then reads nothing.
     *
     * @throws UnsupportedOperationException unless {@link #seekable()}
     */
    default void position(long offset) throws IOException {
        throw new UnsupportedOperationException(name() + " cannot seek");
    }

    /**
     * The offset, in the coordinates of the file that holds this stream, of the stream's first
     * byte. Mapped-ram headers count from there. 0 for a stream that is a file of its own.
     */
    default long fileOrigin() {
        return 0;
    }

    @Override
    void close() throws IOException;
}
