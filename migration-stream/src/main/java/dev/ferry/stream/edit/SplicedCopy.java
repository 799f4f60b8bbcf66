package dev.ferry.stream.edit;

import dev.ferry.stream.Place;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.ByteSource;
import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * Copies a stream with some bytes changed. Memory is constant, whatever the stream's length; blocks
 * of zeros become holes where the output can have holes.
 */
public final class SplicedCopy {

    private static final int BUFFER_BYTES = 1 << 20;

    /** What file systems can leave out. */
    private static final int BLOCK = 4096;

    /** Skips longer than this reposition the source rather than read through. */
    private static final int SEEK_THRESHOLD = 1 << 20;

    private final ByteSource in;
    private final WireOutput out;
    private final LongConsumer progress;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).limit(0);

    /** Offset in the source of the buffer's next byte. */
    private long offset;

    /** Zeros that were passed over and not yet written. */
    private long zeros;

    private SplicedCopy(ByteSource in, WireOutput out, LongConsumer progress) {
        this.in = in;
        this.out = out;
        this.progress = progress;
    }

    /**
     * Copies all of {@code in}, which stands at its offset 0, to {@code out}, which is flushed.
     *
     * @param progress is told now and then how far the copy has come in {@code in}
     * @throws TruncatedStreamException if the source ends before what should change in it
     */
    public static void copy(ByteSource in, Splices splices, WireOutput out, LongConsumer progress)
            throws IOException {
        SplicedCopy copy = new SplicedCopy(in, out, progress);
        SpliceReader reader = splices.reader();
        for (Splice splice = reader.next(); splice != null; splice = reader.next()) {
            copy.upTo(splice.offset(), splice.what());
            copy.bytes(ByteBuffer.wrap(splice.bytes()));
            copy.skip(splice.length(), splice.what());
        }
        copy.rest();
    }

    /** Copies the first {@code length} bytes of {@code in} as they are. */
    public static void copy(ByteSource in, long length, WireOutput out) throws IOException {
        SplicedCopy copy = new SplicedCopy(in, out, done -> {});
        copy.upTo(length, "the input");
        copy.end();
    }

    /** Copies {@code in} from {@code offset} on as it is. */
    public static void copyFrom(ByteSource in, long offset, WireOutput out) throws IOException {
        SplicedCopy copy = new SplicedCopy(in, out, done -> {});
        copy.skip(offset, "the input");
        copy.rest();
    }

    private void upTo(long end, String what) throws IOException {
        while (offset < end) {
            require(what);
            int n = (int) Math.min(end - offset, buffer.remaining());
            piece(n);
        }
    }

    private void rest() throws IOException {
        while (buffer.hasRemaining() || fill()) {
            piece(buffer.remaining());
        }
        end();
    }

    private void skip(long length, String what) throws IOException {
        long end = offset + length;
        if (length - buffer.remaining() > SEEK_THRESHOLD && in.seekable()) {
            buffer.limit(0).position(0);
            in.position(end);
            offset = end;
            return;
        }
        while (offset < end) {
            require(what);
            int n = (int) Math.min(end - offset, buffer.remaining());
            buffer.position(buffer.position() + n);
            offset += n;
        }
    }

    private void require(String what) throws IOException {
        if (!buffer.hasRemaining() && !fill()) {
            throw new TruncatedStreamException(
                    what + ": the input ends before it; was it changed meanwhile?",
                    new Place(in.name(), offset, ""),
                    1);
        }
    }

    private boolean fill() throws IOException {
        // Up to the end of a block of the output, so that none is torn between two fills.
        buffer.clear().limit(BUFFER_BYTES - (int) ((out.offset() + zeros) & (BLOCK - 1)));
        int n = 0;
        while (n >= 0 && buffer.hasRemaining()) {
            n = in.read(buffer);
        }
        buffer.flip();
        progress.accept(offset);
        return buffer.hasRemaining();
    }

    /** Writes the buffer's next {@code n} bytes. */
    private void piece(int n) throws IOException {
        int limit = buffer.limit();
        buffer.limit(buffer.position() + n);
        bytes(buffer);
        buffer.limit(limit);
        offset += n;
    }

    /** Writes what remains of {@code b}; whole blocks of zeros only later, perhaps. */
    private void bytes(ByteBuffer b) throws IOException {
        int end = b.limit();
        int from = b.position();
        int at = from;
        // Blocks count from the beginning of the output.
        long aligned = -(out.offset() + zeros) & (BLOCK - 1);
        at += (int) Math.min(aligned, end - from);
        while (end - at >= BLOCK) {
            boolean zero = isZero(b, at);
            if (zero) {
                plain(b, from, at);
                zeros += BLOCK;
                from = at + BLOCK;
            }
            at += BLOCK;
        }
        plain(b, from, end);
        b.position(end);
    }

    private void plain(ByteBuffer b, int from, int to) throws IOException {
        if (to == from) {
            return;
        }
        if (zeros > 0) {
            out.gap(zeros);
            zeros = 0;
        }
        out.bytes(b.slice(from, to - from));
    }

    /** A hole at the very end would not make the output longer. */
    private void end() throws IOException {
        if (zeros > 0) {
            out.gap(zeros - 1);
            out.u8(0);
            zeros = 0;
        }
        out.flush();
    }

    private static boolean isZero(ByteBuffer b, int at) {
        if (b.getLong(at) != 0) {
            return false;
        }
        for (int i = 0; i < BLOCK; i += 64) {
            long any = 0;
            for (int k = 0; k < 64; k += Long.BYTES) {
                any |= b.getLong(at + i + k);
            }
            if (any != 0) {
                return false;
            }
        }
        return true;
    }
}
