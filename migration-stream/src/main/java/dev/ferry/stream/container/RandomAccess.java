package dev.ferry.stream.container;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads a seekable source here and there, never past its end. */
final class RandomAccess {

    private final ByteSource source;
    private final long size;

    /**
     * @param source seekable
     */
    RandomAccess(ByteSource source) {
        this.source = source;
        this.size = source.size().orElseThrow();
    }

    ByteSource source() {
        return source;
    }

    long size() {
        return size;
    }

    /** Fills {@code dst} from {@code offset} on. */
    void readFully(long offset, ByteBuffer dst, String what) throws IOException {
        requireInside(offset, dst.remaining(), what);
        source.position(offset);
        while (dst.hasRemaining()) {
            if (source.read(dst) < 0) {
                throw truncated(offset, dst.remaining(), what);
            }
        }
    }

    /** A big-endian buffer with {@code length} bytes; the caller has bounded the length. */
    ByteBuffer read(long offset, int length, String what) throws IOException {
        requireInside(offset, length, what);
        ByteBuffer bytes = ByteBuffer.allocate(length);
        readFully(offset, bytes, what);
        return bytes.flip();
    }

    void requireInside(long offset, long length, String what) throws TruncatedStreamException {
        if (offset < 0 || length < 0 || offset > size - length) {
            throw truncated(offset, length, what);
        }
    }

    private TruncatedStreamException truncated(long offset, long length, String what) {
        return new TruncatedStreamException(
                what
                        + ": expected "
                        + length
                        + " bytes at 0x"
                        + Long.toHexString(offset)
                        + ", the image ends at 0x"
                        + Long.toHexString(size),
                at(offset),
                Math.max(1, offset + length - size));
    }

    Place at(long offset) {
        return new Place(source.name(), offset, "qcow2 image");
    }

    MalformedStreamException malformed(long offset, String problem) {
        return new MalformedStreamException(problem, at(offset));
    }

    UnsupportedStreamException unsupported(long offset, String problem) {
        return new UnsupportedStreamException(problem, at(offset));
    }
}
