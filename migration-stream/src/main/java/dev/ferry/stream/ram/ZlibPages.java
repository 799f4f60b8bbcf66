package dev.ferry.stream.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Each page a zlib stream, for QEMU 2.3 to 9.0. The first page of a block goes out plain, as QEMU's
 * does; so does one that would get longer than the receiver takes. Source: QEMU migration/ram.c,
 * save_compress_page.
 */
final class ZlibPages implements PageEncoder {

    private final ZlibPageEncoder encoder;
    private final ByteBuffer encoded;
    private @Nullable RamBlock last;

    ZlibPages(int pageSize, int level) {
        encoder = new ZlibPageEncoder(pageSize, level);
        encoded = ByteBuffer.allocateDirect(ZlibPageEncoder.bound(pageSize));
    }

    @Override
    public void page(RamSectionWriter out, RamBlock block, long offset, ByteBuffer from, int index)
            throws IOException {
        boolean first = last == null || last.index() != block.index();
        last = block;
        int length = first ? ZlibPageEncoder.OVERFLOW : encoder.deflate(from, index, encoded);
        if (length == ZlibPageEncoder.OVERFLOW) {
            out.plain(block, offset, from, index);
        } else {
            out.compressed(block, offset, encoded, 0, length);
        }
    }

    @Override
    public void zero(RamBlock block, long offset) {
        last = block;
    }

    @Override
    public void close() {
        encoder.close();
    }
}
