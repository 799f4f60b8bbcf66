package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Payloads that are pieces of one zlib stream, each ended by Z_SYNC_FLUSH. */
final class ZlibPayloads implements PayloadDecoder {

    private final Inflater inflater = new Inflater();
    private final ByteBuffer excess = ByteBuffer.allocate(1);

    @Override
    public void decode(WireInput in, long length, ByteBuffer pages) throws IOException {
        long at = in.offset();
        long left = length;
        while (left > 0) {
            ByteBuffer b = in.window(1, "zlib payload");
            int n = (int) Math.min(left, b.remaining());
            inflater.setInput(b.slice(b.position(), n));
            inflate(in, at, pages);
            b.position(b.position() + n);
            left -= n;
        }
        if (!pages.hasRemaining()) {
            // All input may be taken while a match's last bytes are still to be given.
            refuse(inflateInto(in, at, excess.clear()) > 0, in, at, pages);
        } else {
            throw in.malformed(
                    at,
                    "zlib payload: expected "
                            + pages.limit()
                            + " bytes of pages, found "
                            + pages.position());
        }
    }

    private void inflate(WireInput in, long at, ByteBuffer pages) throws IOException {
        int n = 1;
        while (n > 0 && !inflater.needsInput()) {
            boolean full = !pages.hasRemaining();
            n = inflateInto(in, at, full ? excess.clear() : pages);
            refuse(full && n > 0, in, at, pages);
        }
    }

    private int inflateInto(WireInput in, long at, ByteBuffer to) throws IOException {
        try {
            int n = inflater.inflate(to);
            if (inflater.finished() || inflater.needsDictionary()) {
                throw in.malformed(
                        at,
                        "zlib payload: the channel's one zlib stream ends or wants a dictionary");
            }
            return n;
        } catch (DataFormatException e) {
            throw in.malformed(at, "zlib payload: damaged data: " + e.getMessage(), e);
        }
    }

    private static void refuse(boolean tooMuch, WireInput in, long at, ByteBuffer pages)
            throws IOException {
        if (tooMuch) {
            throw in.malformed(at, "zlib payload: more than " + pages.limit() + " bytes of pages");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
