package dev.ferry.stream.ram;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One page as one complete zlib stream (RFC 1950), QEMU 2.3 to 9.0's {@code compress}. */
final class ZlibPage implements AutoCloseable {

    private final Inflater inflater = new Inflater();

    /**
     * Most bytes such a page can take: stored blocks and framing, with room for encoders that frame
     * in small blocks.
     */
    static int bound(int pageSize) {
        return pageSize + (pageSize >> 3) + 64;
    }

    /**
     * Inflates into {@code page}, which has exactly the page's length and whose position is moved.
     *
     * @throws MalformedPageException if the data is damaged or gives another length
     */
    void inflate(ByteBuffer data, int index, int length, ByteBuffer page)
            throws MalformedPageException {
        int pageSize = page.remaining();
        inflater.reset();
        inflater.setInput(data.slice(index, length));
        try {
            while (page.hasRemaining() && !inflater.finished()) {
                if (inflater.inflate(page) == 0
                        && (inflater.needsInput() || inflater.needsDictionary())) {
                    break;
                }
            }
            if (page.hasRemaining() || !ends()) {
                throw new MalformedPageException(
                        "compressed page: expected a zlib stream of exactly "
                                + pageSize
                                + " bytes, found "
                                + (page.hasRemaining()
                                        ? pageSize - page.remaining() + ""
                                        : "more"));
            }
        } catch (DataFormatException e) {
            throw new MalformedPageException(
                    "compressed page: damaged zlib data: " + e.getMessage(), e);
        }
    }

    private boolean ends() throws DataFormatException {
        return inflater.finished() || (inflater.inflate(new byte[1]) == 0 && inflater.finished());
    }

    @Override
    public void close() {
        inflater.end();
    }
}
