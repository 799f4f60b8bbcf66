package dev.ferry.stream;

import dev.ferry.stream.io.TemporaryFiles;
import dev.ferry.stream.io.WireOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is written until its length is known: in memory, and what is too long for that in a
 * temporary file.
 */
final class PackageBuffer implements WritableByteChannel {

    /** Longer than any machine's devices; RAM pages should not be in a package. */
    private static final int MEMORY_BYTES = 16 << 20;

    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable FileChannel file;
    private boolean open = true;

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        FileChannel spill = file;
        if (spill == null && length > MEMORY_BYTES - memory.size()) {
            spill = TemporaryFiles.open(null);
            file = spill;
        }
        if (spill != null) {
            return spill.write(bytes);
        }
        byte[] copy = new byte[length];
        bytes.get(copy);
        memory.writeBytes(copy);
        return length;
    }

    /** Bytes written so far. */
    long length() throws IOException {
        return memory.size() + (file == null ? 0 : file.size());
    }

    /** Writes everything to {@code out}. */
    void copyTo(WireOutput out) throws IOException {
        out.bytes(memory.toByteArray());
        FileChannel spill = file;
        if (spill != null) {
            spill.position(0);
            ByteBuffer piece = ByteBuffer.allocate(256 << 10);
            while (spill.read(piece) >= 0) {
                out.bytes(piece.flip());
                piece.clear();
            }
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        open = false;
        if (file != null) {
            file.close();
        }
    }
}
