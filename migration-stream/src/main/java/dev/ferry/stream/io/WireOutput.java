package dev.ferry.stream.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writer of one stream: integers, strings and runs of bytes, big endian, through one reused direct
 * buffer. The counterpart of {@link WireInput}; encoders are straight-line code over it.
 *
 * <p>Not safe for use by several threads.
 */
public final class WireOutput implements Closeable {

    /** Buffer size: large enough that a system call's cost does not show. */
    public static final int BUFFER_BYTES = 512 << 10;

    private static final byte[] ZEROS = new byte[4096];

    private final WritableByteChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.BIG_ENDIAN);

    private final @Nullable BackgroundWriter background;

    /** Stream offset of the buffer's index 0. */
    private long base;

    /** Writes to {@code channel} from where it stands, which becomes offset 0. */
    public WireOutput(WritableByteChannel channel) {
        this(channel, 0);
    }

    /** As the other one; where the channel stands becomes {@code offset}. */
    public WireOutput(WritableByteChannel channel, long offset) {
        this(channel, offset, null);
    }

    private WireOutput(
            WritableByteChannel channel, long offset, @Nullable BackgroundWriter background) {
        this.channel = channel;
        this.base = offset;
        this.background = background;
    }

    /**
     * Writes to {@code channel} in a thread of its own, so that making bytes and writing them go on
     * at the same time. Ended by {@link #end()}, whatever happens.
     */
    public static WireOutput background(WritableByteChannel channel) {
        return new WireOutput(channel, 0, new BackgroundWriter(channel));
    }

    /** Offset of the next byte. */
    public long offset() {
        return base + buffer.position();
    }

    /** Writes the low 8 bits. */
    public void u8(int value) throws IOException {
        room(1).put((byte) value);
    }

    /** Writes the low 16 bits. */
    public void u16(int value) throws IOException {
        room(2).putShort((short) value);
    }

    /** Writes the low 32 bits. */
    public void u32(long value) throws IOException {
        room(4).putInt((int) value);
    }

    /** Writes 64 bits. */
    public void u64(long value) throws IOException {
        room(8).putLong(value);
    }

    /**
     * Writes a length byte and the name's bytes, one for each character, as {@link WireInput#str8}
     * reads them.
     *
     * @throws IllegalArgumentException if it is longer than 255 bytes
     */
    public void str8(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > 255) {
            throw new IllegalArgumentException("a name of " + bytes.length + " bytes");
        }
        u8(bytes.length);
        bytes(bytes);
    }

    /** Writes all of {@code bytes}. */
    public void bytes(byte[] bytes) throws IOException {
        bytes(ByteBuffer.wrap(bytes));
    }

    /** Writes what remains of {@code bytes}, and leaves it used up. */
    public void bytes(ByteBuffer bytes) throws IOException {
        if (bytes.remaining() > buffer.remaining()) {
            flush();
            if (bytes.remaining() >= BUFFER_BYTES) {
                base += bytes.remaining();
                drain(bytes);
                return;
            }
        }
        buffer.put(bytes);
    }

    /** Writes {@code length} bytes of {@code from} at {@code index}; its position is left alone. */
    public void bytes(ByteBuffer from, int index, int length) throws IOException {
        int at = index;
        int left = length;
        while (left > 0) {
            if (!buffer.hasRemaining()) {
                spill();
            }
            int n = Math.min(left, buffer.remaining());
            int position = buffer.position();
            buffer.put(position, from, at, n).position(position + n);
            at += n;
            left -= n;
        }
    }

    /** The buffer, with room for {@code n} bytes (at most {@link #BUFFER_BYTES}) to put. */
    public ByteBuffer room(int n) throws IOException {
        if (buffer.remaining() < n) {
            spill();
        }
        return buffer;
    }

    /** Goes {@code n} bytes on: a hole where the channel can seek, else zeros. */
    public void gap(long n) throws IOException {
        if (channel instanceof SeekableByteChannel seekable) {
            flush();
            seekable.position(seekable.position() + n);
            base += n;
            return;
        }
        zeros(n);
    }

    /** Writes {@code n} zero bytes. */
    public void zeros(long n) throws IOException {
        for (long left = n; left > 0; ) {
            int piece = (int) Math.min(left, ZEROS.length);
            room(piece).put(ZEROS, 0, piece);
            left -= piece;
        }
    }

    /** Hands everything to the channel. */
    public void flush() throws IOException {
        spill();
        if (background != null) {
            background.await();
        }
    }

    private void spill() throws IOException {
        base += buffer.position();
        buffer.flip();
        if (background != null) {
            buffer = background.exchange(buffer);
        } else {
            drain(buffer);
            buffer.clear();
        }
    }

    private void drain(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /**
     * Lets go what it holds, without writing what was not {@linkplain #flush() flushed}. The
     * channel stays open.
     */
    public void end() {
        if (background != null) {
            background.stop();
        }
    }

    /** Flushes, and closes the channel. */
    @Override
    public void close() throws IOException {
        try (channel) {
            flush();
        } finally {
            end();
        }
    }
}
