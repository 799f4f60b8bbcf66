package dev.ferry.stream.testing;

import dev.ferry.stream.io.ByteSource;
import java.nio.ByteBuffer;

/** A head, one piece many times, and a tail: streams of any length that take no space. */
public final class GeneratedSource implements ByteSource {

    private final byte[] head;
    private final byte[] piece;
    private final byte[] tail;
    private final long tailAt;
    private long position;

    private GeneratedSource(byte[] head, byte[] piece, long count, byte[] tail) {
        this.head = head;
        this.piece = piece;
        this.tail = tail;
        this.tailAt = head.length + piece.length * count;
    }

    /** {@code piece} comes {@code count} times. */
    public static GeneratedSource of(byte[] head, byte[] piece, long count, byte[] tail) {
        return new GeneratedSource(head, piece, count, tail);
    }

    @Override
    public String name() {
        return "generated";
    }

    @Override
    public int read(ByteBuffer dst) {
        int before = dst.position();
        while (dst.hasRemaining() && position < tailAt + tail.length) {
            if (position < head.length) {
                put(dst, head, (int) position);
            } else if (position < tailAt) {
                put(dst, piece, (int) ((position - head.length) % piece.length));
            } else {
                put(dst, tail, (int) (position - tailAt));
            }
        }
        int n = dst.position() - before;
        return n == 0 && dst.hasRemaining() ? -1 : n;
    }

    private void put(ByteBuffer dst, byte[] from, int at) {
        int n = Math.min(dst.remaining(), from.length - at);
        dst.put(from, at, n);
        position += n;
    }

    /** How many bytes were taken. */
    public long taken() {
        return position;
    }

    @Override
    public void close() {}
}
