package dev.ferry.stream.container;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A source read forward, whose next bytes can be looked at before they are taken.
 *
 * <p>It counts what was taken ({@link #offset()}) and remembers whether the source ended or failed,
 * so that a decompressor's own complaint can be told apart from its cause.
 */
final class Lookahead {

    static final int BUFFER_BYTES = 64 << 10;

    private final ByteSource source;
    private final String crumb;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    /** Source offset of the buffer's index 0. */
    private long base;

    private boolean ended;
    private @Nullable IOException failure;

    /**
     * @param source at its offset 0
     * @param crumb what is being read, for errors; may be empty
     */
    Lookahead(ByteSource source, String crumb) {
        this.source = source;
        this.crumb = crumb;
    }

    ByteSource source() {
        return source;
    }

    /** What is being read, for errors; may be empty. */
    String crumb() {
        return crumb;
    }

    /** Source offset of the next byte. */
    long offset() {
        return base + buffer.position();
    }

    /** Whether reading went past the source's last byte. */
    boolean ended() {
        return ended;
    }

    /** What the source threw, if it did. */
    @Nullable IOException failure() {
        return failure;
    }

    Place at(long offset) {
        return new Place(source.name(), offset, crumb);
    }

    Place here() {
        return at(offset());
    }

    /** Whether {@code n} bytes, at most {@link #BUFFER_BYTES}, are left; they are then buffered. */
    boolean has(int n) throws IOException {
        if (buffer.remaining() >= n) {
            return true;
        }
        base += buffer.position();
        buffer.compact();
        try {
            int got = 0;
            while (buffer.position() < n && got >= 0) {
                got = pull(buffer);
            }
        } finally {
            buffer.flip();
        }
        return buffer.remaining() >= n;
    }

    private int pull(ByteBuffer dst) throws IOException {
        int got;
        try {
            got = source.read(dst);
        } catch (IOException e) {
            failure = e;
            throw e;
        }
        ended |= got < 0;
        return got;
    }

    /** The byte {@code ahead} of the next one, or -1 past the end. */
    int peek(int ahead) throws IOException {
        return has(ahead + 1) ? buffer.get(buffer.position() + ahead) & 0xff : -1;
    }

    /** Whether the bytes of {@code magic}, a char each, come next. */
    boolean startsWith(String magic) throws IOException {
        for (int i = 0; i < magic.length(); i++) {
            if (peek(i) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the input ends after at least one byte of {@code magic} and before the last. */
    boolean endsInside(String magic) throws IOException {
        if (has(magic.length()) || buffer.remaining() == 0) {
            return false;
        }
        for (int i = 0; i < buffer.remaining(); i++) {
            if (peek(i) != magic.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The buffered unread bytes, which the caller takes by moving the position; at least one unless
     * the source has ended. Valid until the next call here.
     */
    ByteBuffer buffered() throws IOException {
        has(1);
        return buffer;
    }

    /** The next byte, or -1 past the end. */
    int read() throws IOException {
        return buffer.hasRemaining() || has(1) ? buffer.get() & 0xff : -1;
    }

    /** Some bytes; -1 at the end. */
    int read(ByteBuffer dst) throws IOException {
        if (!buffer.hasRemaining()) {
            int got = pull(dst);
            base += Math.max(got, 0);
            return got;
        }
        int n = Math.min(buffer.remaining(), dst.remaining());
        dst.put(dst.position(), buffer, buffer.position(), n);
        dst.position(dst.position() + n);
        buffer.position(buffer.position() + n);
        return n;
    }

    /** Takes exactly {@code dst.remaining()} bytes. */
    void readFully(ByteBuffer dst, String what) throws IOException {
        long from = offset();
        int wanted = dst.remaining();
        while (dst.hasRemaining()) {
            if (read(dst) < 0) {
                throw new TruncatedStreamException(
                        what
                                + ": expected "
                                + wanted
                                + " bytes, the input ends after "
                                + (wanted - dst.remaining()),
                        at(from),
                        dst.remaining());
            }
        }
    }

    /** A big-endian unsigned 16-bit number. */
    int u16(String what) throws IOException {
        require(2, what);
        return buffer.getShort() & 0xffff;
    }

    /** A big-endian unsigned 32-bit number. */
    long u32(String what) throws IOException {
        require(4, what);
        return buffer.getInt() & 0xffffffffL;
    }

    /** One byte, which must be there. */
    int u8(String what) throws IOException {
        require(1, what);
        return buffer.get() & 0xff;
    }

    private void require(int n, String what) throws IOException {
        if (!has(n)) {
            throw new TruncatedStreamException(
                    what + ": expected " + n + " bytes, the input ends after " + buffer.remaining(),
                    here(),
                    n - buffer.remaining());
        }
    }

    MalformedStreamException malformed(long offset, String problem) {
        return new MalformedStreamException(problem, at(offset));
    }

    /** The first {@code n} unread bytes in hex, for errors; fewer at the end. */
    String hex(int n) throws IOException {
        has(n);
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < Math.min(n, buffer.remaining()); i++) {
            int b = peek(i);
            if (i > 0) {
                hex.append(' ');
            }
            hex.append(Character.forDigit(b >> 4, 16)).append(Character.forDigit(b & 15, 16));
        }
        return hex.toString();
    }

    /** The same bytes for libraries that want an {@link InputStream}; closing it does nothing. */
    InputStream asInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                return Lookahead.this.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                if (!has(1)) {
                    return -1;
                }
                int n = Math.min(length, buffer.remaining());
                buffer.get(bytes, offset, n);
                return n;
            }
        };
    }
}
