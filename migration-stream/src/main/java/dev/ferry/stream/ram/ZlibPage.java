package dev.ferry.stream.ram;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One page as one complete zlib stream (RFC 1950), QEMU 2.3 to 9.0's {@code compress}. */
final class ZlibPage implements AutoCloseable {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Inflater inflater = new Inflater();
    private final byte[] excess = new byte[1];
    private ByteBuffer viewOf = NOTHING;
    private ByteBuffer view = NOTHING;

    /**
     * Most bytes such a page can take: stored blocks and framing, with room for encoders that frame
     * in small blocks.
     */
    static int bound(int pageSize) {
        return pageSize + (pageSize >> 3) + 64;
    }

    /**
     * Inflates a page.
     *
     * @param data holds the zlib stream at {@code index}, {@code length} bytes of it
     * @param page exactly as long as the page
     * @throws MalformedPageException if the data is damaged or gives another length
     */
    void inflate(ByteBuffer data, int index, int length, byte[] page)
            throws MalformedPageException {
        if (viewOf != data) {
            // Pages come from one buffer; a view for each would be a page's garbage.
            viewOf = data;
            view = data.duplicate();
        }
        view.limit(index + length).position(index);
        inflater.reset();
        inflater.setInput(view);
        try {
            int have = 0;
            int n = 1;
            while (n > 0 && have < page.length) {
                n = inflater.inflate(page, have, page.length - have);
                have += n;
            }
            boolean more = inflater.inflate(excess) > 0;
            if (have < page.length || more || !inflater.finished()) {
                throw new MalformedPageException(
                        "compressed page: expected a zlib stream of exactly "
                                + page.length
                                + " bytes, found "
                                + (more ? "more" : have < page.length ? have : "no end"));
            }
        } catch (DataFormatException e) {
            throw new MalformedPageException(
                    "compressed page: damaged zlib data: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
