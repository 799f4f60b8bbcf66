package dev.ferry.stream.container;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * Packs streams as the tools named after the compressions do (at about their usual level; xz at
 * libvirt's), but on every core. What it writes, the tool's {@code -dc} unpacks, and so does {@link
 * Containers}:
 *
 * <ul>
 *   <li>gzip, bzip2 and xz: many members, each of one piece;
 *   <li>lzop: one member, whose blocks are pieces anyway;
 *   <li>zstd: one frame, made by the library's workers.
 * </ul>
 *
 * <p>The bytes depend on what is written, not on how many threads there are or how it was cut into
 * writes. Memory is bounded, whatever the number of cores.
 */
public final class StreamCompressor {

    private StreamCompressor() {}

    /** As {@link #open(Compression, WritableByteChannel, int)}, with a thread for each core. */
    public static WritableByteChannel open(Compression compression, WritableByteChannel target) {
        return open(compression, target, Runtime.getRuntime().availableProcessors());
    }

    /**
     * A channel that packs what is written to it. Its {@code close} writes all that is left and the
     * end of the packed data; without it the threads stay and the data is cut short. If a write has
     * failed, {@code close} writes nothing more.
     *
     * @param target takes the packed bytes from where it stands, on the thread that writes; it is
     *     never closed here
     * @param threads how many cores to use at most
     */
    public static WritableByteChannel open(
            Compression compression, WritableByteChannel target, int threads) {
        return switch (compression) {
            case NONE -> new Passage(target);
            case XZ -> new ParallelPieces(new XzPieces(), threads, target);
            case GZIP -> new ParallelPieces(new GzipPieces(), threads, target);
            case BZIP2 -> new ParallelPieces(new Bzip2Pieces(), threads, target);
            case LZOP -> new ParallelPieces(new LzopBlocks(), threads, target);
            case ZSTD -> new ZstdFrame(threads, target);
        };
    }

    /** Nothing is packed; only the target stays open. */
    private static final class Passage implements WritableByteChannel {

        private final WritableByteChannel target;
        private boolean open = true;

        Passage(WritableByteChannel target) {
            this.target = target;
        }

        @Override
        public int write(ByteBuffer src) throws IOException {
            if (!open) {
                throw new ClosedChannelException();
            }
            return target.write(src);
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }
}
