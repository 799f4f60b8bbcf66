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
        if (pages.hasRemaining()) {
            throw in.malformed(
                    at,
                    "zlib payload: expected "
                            + pages.limit()
                            + " bytes of pages, found "
                            + pages.position());
        }
    }

    private void inflate(WireInput in, long at, ByteBuffer pages) throws IOException {
        try {
            while (!inflater.needsInput()) {
                boolean full = !pages.hasRemaining();
                int n = inflater.inflate(full ? excess.clear() : pages);
                if (n > 0 && full) {
                    throw in.malformed(
                            at, "zlib payload: more than " + pages.limit() + " bytes of pages");
                }
                if (inflater.finished() || inflater.needsDictionary()) {
                    throw in.malformed(
                            at,
                            "zlib payload: the channel's one zlib stream ends or wants a dictionary");
                }
                if (n == 0) {
                    break;
                }
            }
        } catch (DataFormatException e) {
            throw in.malformed(at, "zlib payload: damaged data: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
