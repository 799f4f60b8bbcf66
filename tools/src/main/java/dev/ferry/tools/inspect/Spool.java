package dev.ferry.tools.inspect;

import dev.ferry.stream.io.TemporaryFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Output that is ready before its turn: what a listing says is known while reading, but other parts
 * come first. Kept in memory, and in a temporary file when it grows.
 */
final class Spool extends OutputStream {

    private static final int MEMORY = 2 << 20;

    private final ByteArrayOutputStream memory = new ByteArrayOutputStream();
    private @Nullable FileChannel file;

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (memory.size() + length > MEMORY) {
            spill();
        }
        memory.write(bytes, offset, length);
    }

    private void spill() throws IOException {
        if (file == null) {
            file = TemporaryFiles.open(null);
        }
        ByteBuffer bytes = ByteBuffer.wrap(memory.toByteArray());
        while (bytes.hasRemaining()) {
            file.write(bytes);
        }
        memory.reset();
    }

    /** Whether nothing was written. */
    boolean isEmpty() {
        return file == null && memory.size() == 0;
    }

    /** Copies everything to {@code out}. */
    void copyTo(OutputStream out) throws IOException {
        if (file != null) {
            ByteBuffer chunk = ByteBuffer.allocate(1 << 16);
            long at = 0;
            for (int n = file.read(chunk, at); n >= 0; n = file.read(chunk, at)) {
                out.write(chunk.array(), 0, n);
                at += n;
                chunk.clear();
            }
        }
        memory.writeTo(out);
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}
