package dev.ferry.stream.ram;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Pages as they are. */
final class PlainPages implements PageEncoder {

    @Override
    public void page(RamSectionWriter out, RamBlock block, long offset, ByteBuffer from, int index)
            throws IOException {
        out.plain(block, offset, from, index);
    }
}
