package dev.ferry.stream.dump;

import com.github.luben.zstd.ZstdCompressCtx;
import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.lzo.LzoCompressor;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import java.io.Closeable;
import java.util.zip.Deflater;

/** Compresses pages one by one. For use by one thread. */
interface PageCompressor extends Closeable {

    /**
     * Compresses one page.
     *
     * @param to has room for {@link #room}
     * @return bytes written
     */
    int compress(byte[] from, int start, int length, byte[] to, int at);

    /** Most bytes that a page may take while it is compressed. */
    default int room(int pageSize) {
        return pageSize + pageSize / 6 + 1024;
    }

    @Override
    default void close() {}

    /** A new one. */
    static PageCompressor of(KdumpWriter.Compression compression) {
        return switch (compression) {
            case NONE -> (from, start, length, to, at) -> length;
            case ZLIB -> new Zlib();
            case LZO -> new Airlift(new LzoCompressor());
            case SNAPPY -> new Airlift(new SnappyJavaCompressor());
            case ZSTD -> new Zstd();
        };
    }

    /** zlib streams, as fast as zlib can: QEMU does the same. */
    final class Zlib implements PageCompressor {
        private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);

        @Override
        public int compress(byte[] from, int start, int length, byte[] to, int at) {
            deflater.reset();
            deflater.setInput(from, start, length);
            deflater.finish();
            int written = 0;
            while (!deflater.finished() && written < length) {
                written += deflater.deflate(to, at + written, length - written);
            }
            return deflater.finished() ? written : length;
        }

        @Override
        public void close() {
            deflater.end();
        }
    }

    /** LZO1X and Snappy, without any framing. */
    final class Airlift implements PageCompressor {
        private final Compressor compressor;

        Airlift(Compressor compressor) {
            this.compressor = compressor;
        }

        @Override
        public int compress(byte[] from, int start, int length, byte[] to, int at) {
            return compressor.compress(from, start, length, to, at, to.length - at);
        }

        @Override
        public int room(int pageSize) {
            return compressor.maxCompressedLength(pageSize);
        }
    }

    /** A zstd frame a page. */
    final class Zstd implements PageCompressor {
        private final ZstdCompressCtx context = new ZstdCompressCtx().setLevel(1);

        @Override
        public int compress(byte[] from, int start, int length, byte[] to, int at) {
            return context.compressByteArray(to, at, to.length - at, from, start, length);
        }

        @Override
        public int room(int pageSize) {
            return (int) com.github.luben.zstd.Zstd.compressBound(pageSize);
        }

        @Override
        public void close() {
            context.close();
        }
    }
}
