package dev.ferry.stream.ram;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Makes of a page one complete zlib stream (RFC 1950); {@link ZlibPage} reads it. Source: QEMU 7.2
 * migration/ram.c, do_compress_ram_page, and migration/qemu-file.c, qemu_compress_data.
 */
public final class ZlibPageEncoder implements AutoCloseable {

    /** What {@link #deflate} returns if the result is longer than a receiver takes. */
    public static final int OVERFLOW = -1;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Deflater deflater;
    private final int pageSize;
    private final int bound;
    private ByteBuffer viewOf = NOTHING;
    private ByteBuffer view = NOTHING;

    /**
     * @param pageSize in bytes
     * @param level 0 (stored) to 9, QEMU's parameter compress-level
     */
    public ZlibPageEncoder(int pageSize, int level) {
        if (level < 0 || level > 9) {
            throw new IllegalArgumentException("compression level " + level + ": 0 to 9 exist");
        }
        this.pageSize = pageSize;
        this.bound = bound(pageSize);
        this.deflater = new Deflater(level);
    }

    /** Most bytes that a receiver takes for a page: zlib's compressBound. */
    public static int bound(int pageSize) {
        return pageSize + (pageSize >> 12) + (pageSize >> 14) + (pageSize >> 25) + 13;
    }

    /**
     * Deflates the page at {@code index}.
     *
     * @param to takes the result from index 0 on; it has room for {@link #bound} bytes
     * @return how long the result is, or {@link #OVERFLOW}
     */
    public int deflate(ByteBuffer from, int index, ByteBuffer to) {
        if (viewOf != from) {
            viewOf = from;
            view = from.duplicate();
        }
        view.limit(index + pageSize).position(index);
        deflater.reset();
        deflater.setInput(view);
        deflater.finish();
        to.clear().limit(bound);
        while (!deflater.finished() && to.hasRemaining()) {
            deflater.deflate(to);
        }
        return deflater.finished() ? to.position() : OVERFLOW;
    }

    @Override
    public void close() {
        deflater.end();
    }
}
