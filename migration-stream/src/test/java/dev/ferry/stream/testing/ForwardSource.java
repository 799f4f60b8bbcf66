package dev.ferry.stream.testing;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Bytes that come forward only, in pieces as awkward as a socket's. It counts what was taken. */
public final class ForwardSource implements ByteSource {

    private final byte[] bytes;
    private final int largestPiece;
    private final @Nullable RandomGenerator random;
    private int position;
    private boolean closed;

    private ForwardSource(byte[] bytes, int largestPiece, @Nullable RandomGenerator random) {
        this.bytes = bytes;
        this.largestPiece = largestPiece;
        this.random = random;
    }

    /** Gives as much as is asked for. */
    public static ForwardSource of(byte[] bytes) {
        return new ForwardSource(bytes, Integer.MAX_VALUE, null);
    }

    /** Gives at most {@code piece} bytes at a time. */
    public static ForwardSource inPieces(byte[] bytes, int piece) {
        return new ForwardSource(bytes, piece, null);
    }

    /** Gives 1 to {@code largest} bytes at a time. */
    public static ForwardSource inRandomPieces(byte[] bytes, int largest, RandomGenerator random) {
        return new ForwardSource(bytes, largest, random);
    }

    @Override
    public String name() {
        return "forward";
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        if (position == bytes.length) {
            return -1;
        }
        int piece = random == null ? largestPiece : random.nextInt(1, largestPiece + 1);
        int n = Math.min(Math.min(dst.remaining(), piece), bytes.length - position);
        dst.put(bytes, position, n);
        position += n;
        return n;
    }

    /** How many bytes were taken. */
    public int taken() {
        return position;
    }

    public boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
