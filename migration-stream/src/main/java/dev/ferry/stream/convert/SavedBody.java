package dev.ferry.stream.convert;

import dev.ferry.stream.io.TemporaryFiles;
import dev.ferry.stream.io.WireOutput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one section: those of devices in memory, of live handlers (disk blocks may be many)
 * in a temporary file.
 */
public final class SavedBody {

    private final byte @Nullable [] memory;
    private final @Nullable FileChannel file;
    private final long at;
    private final long length;

    private SavedBody(byte @Nullable [] memory, @Nullable FileChannel file, long at, long length) {
        this.memory = memory;
        this.file = file;
        this.at = at;
        this.length = length;
    }

    /** A body in memory, which is not copied. */
    public static SavedBody of(byte[] bytes) {
        return new SavedBody(bytes, null, 0, bytes.length);
    }

    /** How many bytes. */
    public long length() {
        return length;
    }

    /** All of it. */
    public byte[] bytes() throws IOException {
        if (memory != null) {
            return memory;
        }
        byte[] bytes = new byte[Math.toIntExact(length)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            read(buffer, buffer.position());
        }
        return bytes;
    }

    /** Writes all of it. */
    public void writeTo(WireOutput out) throws IOException {
        if (memory != null) {
            out.bytes(memory);
            return;
        }
        ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(length, 1 << 18));
        for (long done = 0; done < length; ) {
            piece.clear().limit((int) Math.min(piece.capacity(), length - done));
            done += read(piece, done);
            out.bytes(piece.flip());
        }
    }

    private int read(ByteBuffer into, long from) throws IOException {
        if (file == null) {
            throw new IllegalStateException("no bytes");
        }
        int n = file.read(into, at + from);
        if (n < 0) {
            throw new IOException("the temporary file of section bodies was cut");
        }
        return n;
    }

    /** Where the bodies of live sections are kept. */
    static final class Store implements Closeable {

        private @Nullable FileChannel file;
        private @Nullable WireOutput out;
        private long begun;

        /** Begins a body. */
        WireOutput begin() throws IOException {
            if (out == null || file == null) {
                file = TemporaryFiles.open(null);
                out = new WireOutput((WritableByteChannel) file);
            }
            begun = out.offset();
            return out;
        }

        /** Ends it. */
        SavedBody end() throws IOException {
            if (out == null) {
                throw new IllegalStateException("no body was begun");
            }
            out.flush();
            return new SavedBody(null, file, begun, out.offset() - begun);
        }

        @Override
        public void close() throws IOException {
            if (file != null) {
                file.close();
            }
        }
    }
}
