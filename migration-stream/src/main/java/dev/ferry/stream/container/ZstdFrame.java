package dev.ferry.stream.container;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * Packs a stream into one zstd frame of {@code zstd}'s own level and with its checksum. The library
 * brings its own workers.
 *
 * <p>After an error the stream is lost: {@link #close()} then only frees what the library holds.
 */
final class ZstdFrame implements WritableByteChannel {

    private static final int LEVEL = 3;

    /** What a worker takes at a time; the library's own choice of 8 MiB takes twice the memory. */
    private static final int JOB_BYTES = 1 << 20;

    /** Beyond it the memory is too much; the other side of a disk or a pipe is slower by then. */
    private static final int MAX_WORKERS = 12;

    private static final int BUFFER_BYTES = 256 << 10;

    private final WritableByteChannel target;
    private final ZstdCompressCtx context = new ZstdCompressCtx();
    private final ByteBuffer plain = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer packed = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private boolean failed;
    private boolean open = true;

    /**
     * @param target stays open
     */
    ZstdFrame(int threads, WritableByteChannel target) {
        this.target = target;
        // One worker, not none, where there is one core: the bytes must not depend on that.
        context.setLevel(LEVEL)
                .setChecksum(true)
                .setWorkers(Math.clamp(threads, 1, MAX_WORKERS))
                .setJobSize(JOB_BYTES);
    }

    @Override
    public int write(ByteBuffer src) throws IOException {
        if (!open) {
            throw new ClosedChannelException();
        }
        if (failed) {
            throw new IOException("packing has failed before");
        }
        int n = src.remaining();
        failed = true;
        while (src.hasRemaining()) {
            int fit = Math.min(plain.remaining(), src.remaining());
            plain.put(plain.position(), src, src.position(), fit);
            plain.position(plain.position() + fit);
            src.position(src.position() + fit);
            if (!plain.hasRemaining()) {
                pack(EndDirective.CONTINUE);
            }
        }
        failed = false;
        return n;
    }

    private void pack(EndDirective directive) throws IOException {
        plain.flip();
        boolean done;
        do {
            done = step(directive);
            packed.flip();
            while (packed.hasRemaining()) {
                target.write(packed);
            }
            packed.clear();
        } while (plain.hasRemaining() || (directive == EndDirective.END && !done));
        plain.clear();
    }

    private boolean step(EndDirective directive) throws IOException {
        try {
            return context.compressDirectByteBufferStream(packed, plain, directive);
        } catch (ZstdException e) {
            throw new IOException("zstd: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    /** Writes out all that is left, unless the stream is lost. */
    @Override
    public void close() throws IOException {
        if (!open) {
            return;
        }
        open = false;
        try (context) {
            if (!failed) {
                pack(EndDirective.END);
            }
        }
    }
}
