package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/**
 * Which pages of a block a mapped-ram file has: little-endian 64-bit words, page p in bit p % 64 of
 * word p / 64. A page whose bit is clear is zero, whatever lies in its place.
 *
 * <p>Memory is taken for those parts only that have a bit set.
 */
public final class MappedRamBitmap {

    /** 64 KiB of words: 2 GiB of memory in pages of 4 KiB. */
    private static final int CHUNK_WORDS = 8192;

    private static final int CHUNK_BYTES = CHUNK_WORDS * 8;

    /** Longest bitmap: 64 TiB of memory in pages of 4 KiB. */
    private static final long MAX_BYTES = 1L << 31;

    private final long pages;
    private final long bytes;
    private final long[] @Nullable [] chunks;

    /**
     * A bitmap with all bits clear.
     *
     * @throws IOException if it would be longer than 2 GiB
     */
    public MappedRamBitmap(long pages) throws IOException {
        long length = MappedRamHeader.bitmapBytes(pages);
        if (length < 0 || length > MAX_BYTES) {
            throw new IOException("a mapped-ram bitmap for " + pages + " pages is too long");
        }
        this.pages = pages;
        this.bytes = length;
        this.chunks = new long[(int) ((length + CHUNK_BYTES - 1) / CHUNK_BYTES)][];
    }

    /** A bitmap that is on the wire as {@code wire}, bits behind the last page included. */
    static MappedRamBitmap of(byte[] wire, long pages) throws IOException {
        MappedRamBitmap bitmap = new MappedRamBitmap(pages);
        ByteBuffer b = ByteBuffer.wrap(wire).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < wire.length; i += 8) {
            long word = b.getLong(i);
            if (word != 0) {
                bitmap.chunk(i / CHUNK_BYTES)[i / 8 % CHUNK_WORDS] = word;
            }
        }
        return bitmap;
    }

    /** How many pages the block has. */
    public long pages() {
        return pages;
    }

    /** Bytes in the file. */
    public long bytes() {
        return bytes;
    }

    /** Whether page {@code index} is there. */
    public boolean get(long index) {
        return ((word(index >>> 6) >>> index) & 1) != 0;
    }

    /** Marks pages {@code from} to {@code to}, exclusive. */
    public void set(long from, long to) {
        for (long i = from; i < to; ) {
            long end = Math.min(to, (i | 63) + 1);
            long mask = -1L >>> (64 - (end - i)) << i;
            chunk((int) (i >>> 6) / CHUNK_WORDS)[(int) (i >>> 6) % CHUNK_WORDS] |= mask;
            i = end;
        }
    }

    /** Takes back the marks of pages {@code from} to {@code to}, exclusive. */
    public void clear(long from, long to) {
        for (long i = from; i < to; ) {
            long end = Math.min(to, (i | 63) + 1);
            long[] chunk = chunks[(int) (i >>> 6) / CHUNK_WORDS];
            if (chunk != null) {
                chunk[(int) (i >>> 6) % CHUNK_WORDS] &= ~(-1L >>> (64 - (end - i)) << i);
            }
            i = end;
        }
    }

    /** The first marked page from {@code from} on; {@link #pages()} if there is none. */
    public long nextSet(long from) {
        return next(from, pages, 0);
    }

    /**
     * The first page from {@code from} on that is not marked; {@link #pages()} if there is none.
     */
    public long nextClear(long from) {
        return next(from, pages, -1);
    }

    /** The first bit set behind the last page, which must not be; -1 if there is none. */
    long stray() {
        long found = next(pages, bytes * 8, 0);
        return found < bytes * 8 ? found : -1;
    }

    private long next(long from, long end, long invert) {
        long i = from;
        while (i < end) {
            if (invert == 0 && chunks[(int) (i >>> 6) / CHUNK_WORDS] == null) {
                i = (((i >>> 6) / CHUNK_WORDS + 1) * CHUNK_WORDS) << 6;
                continue;
            }
            long rest = (word(i >>> 6) ^ invert) >>> i;
            if (rest != 0) {
                return Math.min(end, i + Long.numberOfTrailingZeros(rest));
            }
            i = (i | 63) + 1;
        }
        return end;
    }

    private long word(long index) {
        long[] chunk = chunks[(int) index / CHUNK_WORDS];
        return chunk == null ? 0 : chunk[(int) index % CHUNK_WORDS];
    }

    private long[] chunk(int number) {
        long[] chunk = chunks[number];
        if (chunk == null) {
            chunk = new long[CHUNK_WORDS];
            chunks[number] = chunk;
        }
        return chunk;
    }

    /** Writes all of it to a stream. */
    public void write(WireOutput out) throws IOException {
        long left = bytes;
        ByteBuffer encoded = null;
        for (long[] chunk : chunks) {
            int n = (int) Math.min(left, CHUNK_BYTES);
            if (chunk == null) {
                out.zeros(n);
            } else {
                encoded = encode(chunk, n, encoded);
                out.bytes(encoded);
            }
            left -= n;
        }
    }

    /**
     * Writes it to a file at {@code position}, usually {@link MappedRamHeader#bitmapOffset}; parts
     * without a bit are left as the file has them, which must be a hole.
     */
    public void write(FileChannel file, long position) throws IOException {
        ByteBuffer encoded = null;
        for (int i = 0; i < chunks.length; i++) {
            long[] chunk = chunks[i];
            if (chunk != null) {
                long at = (long) i * CHUNK_BYTES;
                encoded = encode(chunk, (int) Math.min(bytes - at, CHUNK_BYTES), encoded);
                while (encoded.hasRemaining()) {
                    at += file.write(encoded, position + at);
                }
            }
        }
    }

    private static ByteBuffer encode(long[] chunk, int length, @Nullable ByteBuffer reused) {
        ByteBuffer b =
                reused != null
                        ? reused
                        : ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        b.clear().limit(length);
        b.asLongBuffer().put(chunk, 0, length / 8);
        return b;
    }
}
