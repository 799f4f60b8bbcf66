package dev.ferry.stream.io;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Pull reader of one stream: integers, strings and runs of bytes, big endian, through one reused
 * direct buffer. Decoders are straight-line code over it.
 *
 * <p>It knows where it is ({@link #offset()}, {@link #enter breadcrumbs}) so that every error can
 * say so, and it can be confined to a region ({@link #confine}) so that nested data cannot read
 * past its own length. Not safe for use by several threads.
 */
public final class WireInput implements Closeable {

    /** Buffer size: as fast as {@code cat} on a cached file, and fits in L2. */
    public static final int BUFFER_BYTES = 256 << 10;

    /** No stream is that long; below it, offsets and lengths can be added. */
    private static final long LONGEST = 1L << 62;

    /** Skips shorter than this read through rather than reposition the source. */
    private static final int SEEK_THRESHOLD = 1 << 20;

    private final ByteBuffer buffer =
            ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.BIG_ENDIAN).limit(0);
    private final Deque<Object> breadcrumbs = new ArrayDeque<>();
    private ByteSource source;

    /** Stream offset of the buffer's index 0. */
    private long base;

    /** Stream offset where the current region ends. */
    private long regionEnd = Long.MAX_VALUE;

    private LongConsumer progress = offset -> {};

    /** Reads {@code source}, which must be at its offset 0, and closes it in the end. */
    public WireInput(ByteSource source) {
        this.source = source;
    }

    /** The source read from; {@link #ensureSeekable} may have replaced the original one. */
    public ByteSource source() {
        return source;
    }

    /** Calls {@code listener} with the current offset each time the buffer is refilled. */
    public void onProgress(LongConsumer listener) {
        this.progress = listener;
    }

    /** Offset of the next byte. */
    public long offset() {
        return base + buffer.position();
    }

    /** The whole stream's length, where known. */
    public OptionalLong size() {
        return source.size();
    }

    // --- places and errors -------------------------------------------------------------------

    /**
     * Says what is being read from here on; undone by {@link #leave()}.
     *
     * @param crumb its {@code toString()} is asked for only when an error needs it
     */
    public void enter(Object crumb) {
        breadcrumbs.push(crumb);
    }

    /** Ends the innermost {@link #enter}. */
    public void leave() {
        breadcrumbs.pop();
    }

    /** How many breadcrumbs there are; {@link #leaveTo} goes back to a depth after an error. */
    public int depth() {
        return breadcrumbs.size();
    }

    /** Drops breadcrumbs until {@code depth} are left. */
    public void leaveTo(int depth) {
        while (breadcrumbs.size() > depth) {
            breadcrumbs.pop();
        }
    }

    /** The place of the next byte. */
    public Place here() {
        return at(offset());
    }

    /** The place at {@code offset}, with the current breadcrumbs. */
    public Place at(long offset) {
        StringBuilder crumbs = new StringBuilder();
        for (Iterator<Object> i = breadcrumbs.descendingIterator(); i.hasNext(); ) {
            if (!crumbs.isEmpty()) {
                crumbs.append(" / ");
            }
            crumbs.append(i.next());
        }
        return new Place(source.name(), offset, crumbs.toString());
    }

    /** An error to throw: the bytes at {@code offset} contradict the format. */
    public MalformedStreamException malformed(long offset, String problem) {
        return new MalformedStreamException(problem, at(offset));
    }

    /** As the other one, with what brought it about. */
    public MalformedStreamException malformed(long offset, String problem, Throwable cause) {
        return new MalformedStreamException(problem, at(offset), cause);
    }

    /** An error to throw: what stands at {@code offset} is valid, but not for us. */
    public UnsupportedStreamException unsupported(long offset, String problem) {
        return new UnsupportedStreamException(problem, at(offset));
    }

    /**
     * An error to throw: what stands at {@code offset} asks for too much.
     *
     * @param found unsigned
     */
    public LimitExceededException exceeds(long offset, String what, long found, long limit) {
        return new LimitExceededException(
                what + ": " + Long.toUnsignedString(found) + " found, the limit is " + limit,
                at(offset));
    }

    /**
     * @param start where what was being read begins
     * @param needed how long it is
     * @param have how much of it the input has; the region may have less
     */
    private TruncatedStreamException truncated(String what, long start, long needed, long have) {
        long region = regionEnd - start;
        boolean enclosed = region < needed && region <= have;
        long found = Math.max(0, enclosed ? region : have);
        return new TruncatedStreamException(
                what
                        + ": expected "
                        + needed
                        + " bytes, "
                        + (enclosed ? "the enclosing data" : "the input")
                        + " ends after "
                        + found,
                at(start),
                needed - found);
    }

    /** The region is too short, whatever the input has. */
    private TruncatedStreamException regionTooShort(String what, long needed) {
        return truncated(what, offset(), needed, Long.MAX_VALUE);
    }

    // --- regions -----------------------------------------------------------------------------

    /**
     * Confines reading to the next {@code length} bytes.
     *
     * @return the enclosing region's end, to be handed to {@link #release}
     * @throws TruncatedStreamException if the enclosing region is shorter
     */
    public long confine(long length, String what) throws StreamException {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length);
        }
        if (length > regionEnd - offset()) {
            throw regionTooShort(what, length);
        }
        long outer = regionEnd;
        regionEnd = offset() + length;
        return outer;
    }

    /** Ends the region begun by {@link #confine}. */
    public void release(long outer) {
        regionEnd = outer;
    }

    /** Bytes left in the current region; huge when it is the whole stream. */
    public long regionRemaining() {
        return regionEnd - offset();
    }

    // --- bytes -------------------------------------------------------------------------------

    /** Whether the region or the input has no further byte. */
    public boolean atEnd() throws IOException {
        return !available(1);
    }

    /** The byte {@code ahead} of the next one (0 is the next), or -1 past the end. Not consumed. */
    public int peek(int ahead) throws IOException {
        return available(ahead + 1) ? buffer.get(buffer.position() + ahead) & 0xff : -1;
    }

    /** The next 4 bytes as an unsigned number without consuming them; -1 if there are fewer. */
    public long peekU32() throws IOException {
        return available(4) ? buffer.getInt(buffer.position()) & 0xffffffffL : -1;
    }

    /** One byte, 0 to 255. */
    public int u8(String what) throws IOException {
        require(1, what);
        return buffer.get() & 0xff;
    }

    /** An unsigned 16-bit number. */
    public int u16(String what) throws IOException {
        require(2, what);
        return buffer.getShort() & 0xffff;
    }

    /** An unsigned 32-bit number. */
    public long u32(String what) throws IOException {
        require(4, what);
        return buffer.getInt() & 0xffffffffL;
    }

    /** A signed 32-bit number, or one of which only the bits matter. */
    public int i32(String what) throws IOException {
        require(4, what);
        return buffer.getInt();
    }

    /** 64 bits; whoever needs the unsigned value compares with {@link Long#compareUnsigned}. */
    public long u64(String what) throws IOException {
        require(8, what);
        return buffer.getLong();
    }

    /**
     * A counted string: u8 length, then that many bytes, without NUL. Bytes map to chars one to one
     * (Latin-1), so that any string can be written back unchanged; QEMU's names are ASCII.
     */
    public String str8(String what) throws IOException {
        return string(u8(what), what);
    }

    /** {@code length} bytes as a string, mapped as {@link #str8} does. */
    public String string(int length, String what) throws IOException {
        return new String(bytes(length, what), StandardCharsets.ISO_8859_1);
    }

    /** A u32 length that must not exceed {@code limit}. */
    public int length32(long limit, String what) throws IOException {
        long offset = offset();
        long length = u32(what);
        if (length > limit) {
            throw exceeds(offset, what, length, limit);
        }
        return Math.toIntExact(length);
    }

    /** {@code length} bytes, copied; the caller has checked that {@code length} is reasonable. */
    public byte[] bytes(int length, String what) throws IOException {
        if (length > BUFFER_BYTES) {
            return longBytes(length, what);
        }
        require(length, what);
        byte[] bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    /** Grows with what really arrives, so that a lying length field costs nothing. */
    private byte[] longBytes(int length, String what) throws IOException {
        long start = offset();
        if (length > regionEnd - start) {
            throw regionTooShort(what, length);
        }
        OptionalLong size = source.size();
        if (size.isPresent() && length > size.getAsLong() - start) {
            throw truncated(what, start, length, size.getAsLong() - start);
        }
        byte[] bytes = new byte[size.isPresent() ? length : BUFFER_BYTES];
        int have = 0;
        while (have < length) {
            if (!available(1)) {
                throw truncated(what, start, length, have);
            }
            if (have == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, have * 2L));
            }
            int n = Math.min(Math.min(buffer.remaining(), bytes.length - have), length - have);
            buffer.get(bytes, have, n);
            have += n;
        }
        return bytes.length == length ? bytes : Arrays.copyOf(bytes, length);
    }

    /**
     * Passes over {@code length} bytes without looking at them.
     *
     * @param length unsigned, as it may come from the wire
     */
    public void skip(long length, String what) throws IOException {
        long start = offset();
        checkLength(length, start, what);
        if (length <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) length);
        } else if (length > SEEK_THRESHOLD && source.seekable()) {
            long have = source.size().orElseThrow() - start;
            if (length > have) {
                throw truncated(what, start, length, have);
            }
            seek(start + length);
            progress.accept(base);
        } else {
            readThrough(length, what);
        }
    }

    /** Takes pieces of something long. */
    @FunctionalInterface
    public interface PieceSink {
        /**
         * Takes a piece.
         *
         * @param piece what lies between position and limit, which must be left alone
         */
        void piece(ByteBuffer piece) throws IOException;
    }

    /**
     * Hands the next {@code length} bytes over as they come.
     *
     * @param length unsigned, as it may come from the wire
     */
    public void pieces(long length, String what, PieceSink sink) throws IOException {
        long start = offset();
        checkLength(length, start, what);
        long left = length;
        while (left > 0) {
            if (!available(1)) {
                throw truncated(what, start, length, length - left);
            }
            int n = (int) Math.min(left, buffer.remaining());
            int position = buffer.position();
            int limit = buffer.limit();
            buffer.limit(position + n);
            sink.piece(buffer);
            buffer.limit(limit).position(position + n);
            left -= n;
        }
    }

    private void checkLength(long length, long start, String what) throws IOException {
        if (length < 0 || length >= LONGEST) {
            throw malformed(
                    start,
                    what
                            + ": expected a length below 2^62, found "
                            + Long.toUnsignedString(length));
        }
        if (length > regionEnd - start) {
            throw regionTooShort(what, length);
        }
    }

    private void readThrough(long length, String what) throws IOException {
        long start = offset();
        long left = length;
        while (left > 0) {
            if (!available(1)) {
                throw truncated(what, start, length, length - left);
            }
            int n = (int) Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + n);
            left -= n;
        }
    }

    /**
     * The buffer with at least {@code length} unread bytes in it, for decoders that look at many
     * small things at once. Consume by moving its position, never past {@link #regionRemaining()};
     * valid until the next call of any other method here.
     *
     * @param length at most {@link #BUFFER_BYTES}
     * @throws TruncatedStreamException if the input ends first
     */
    public ByteBuffer window(int length, String what) throws IOException {
        require(length, what);
        return buffer;
    }

    /** As {@link #window}, but null instead of an error when fewer bytes are left. */
    public @Nullable ByteBuffer windowOrNull(int length) throws IOException {
        return available(length) ? buffer : null;
    }

    /**
     * The buffer with as much as the input can give up to {@link #BUFFER_BYTES}, for a look ahead
     * at what is coming. Its position must be left alone.
     */
    public ByteBuffer lookahead() throws IOException {
        available((int) Math.min(BUFFER_BYTES, regionEnd - offset()));
        return buffer;
    }

    private void require(int length, String what) throws IOException {
        if (buffer.remaining() < length || regionEnd - offset() < length) {
            if (!available(length)) {
                throw truncated(what, offset(), length, buffer.remaining());
            }
        }
    }

    /** Whether {@code length} bytes are left, which are then in the buffer. */
    private boolean available(int length) throws IOException {
        if (regionEnd - offset() < length) {
            return false;
        }
        if (buffer.remaining() >= length) {
            return true;
        }
        base += buffer.position();
        buffer.compact();
        int n = 0;
        while (buffer.position() < length && n >= 0) {
            n = source.read(buffer);
        }
        buffer.flip();
        progress.accept(base);
        return buffer.remaining() >= length;
    }

    /** Takes back the last {@code length} bytes read, which the same call read from the buffer. */
    public void seekBack(int length) {
        buffer.position(buffer.position() - length);
    }

    /** Writes the next {@code length} bytes to {@code out}. */
    public void copy(long length, WireOutput out) throws IOException {
        for (long left = length; left > 0; ) {
            ByteBuffer b = window(1, "bytes to copy");
            int n = (int) Math.min(left, b.remaining());
            out.bytes(b, b.position(), n);
            b.position(b.position() + n);
            left -= n;
        }
    }

    /** Writes everything up to the region's or the input's end to {@code out}. */
    public void copyRest(WireOutput out) throws IOException {
        while (available(1)) {
            int n = (int) Math.min(regionRemaining(), buffer.remaining());
            out.bytes(buffer, buffer.position(), n);
            buffer.position(buffer.position() + n);
        }
    }

    // --- random access -----------------------------------------------------------------------

    /**
     * Makes everything from the current offset to the end reachable by {@link #seek}. A source that
     * cannot seek is read to its end into memory or, past {@link Limits#spoolMemoryBytes}, into a
     * temporary file that is gone when this input is closed.
     */
    public void ensureSeekable(Limits limits) throws IOException {
        ensureSeekable(Long.MAX_VALUE, limits);
    }

    /** As {@link #ensureSeekable(Limits)}, for the next {@code length} bytes only. */
    public void ensureSeekable(long length, Limits limits) throws IOException {
        if (source.seekable()) {
            return;
        }
        long here = offset();
        if (source instanceof SpooledSource spool && spool.holds(here, length)) {
            return;
        }
        source = SpooledSource.keep(source, here, buffer, buffer, length, limits);
        base = here;
        buffer.position(0).limit(0);
    }

    /**
     * Goes to {@code offset}.
     *
     * @throws IllegalArgumentException if the source cannot seek and {@link #ensureSeekable} did
     *     not keep that part
     */
    public void seek(long offset) throws IOException {
        if (offset >= base && offset <= base + buffer.limit()) {
            buffer.position((int) (offset - base));
            return;
        }
        source.position(offset);
        base = offset;
        buffer.position(0).limit(0);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
