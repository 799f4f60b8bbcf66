package dev.ferry.stream.multifd;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Payloads that are flushed pieces of one zstd frame. */
final class ZstdPayloads implements PayloadDecoder {

    private final ZstdDecompressCtx zstd = new ZstdDecompressCtx();
    private final ByteBuffer excess = ByteBuffer.allocateDirect(1);

    @Override
    public void decode(WireInput in, long length, ByteBuffer pages) throws IOException {
        long at = in.offset();
        long left = length;
        while (left > 0) {
            ByteBuffer b = in.window(1, "zstd payload");
            int n = (int) Math.min(left, b.remaining());
            ByteBuffer piece = b.slice(b.position(), n);
            while (piece.hasRemaining()) {
                step(in, at, piece, pages);
            }
            b.position(b.position() + n);
            left -= n;
        }
        ByteBuffer nothing = excess.duplicate().limit(0);
        drain(in, at, nothing, pages);
        // A block is decoded as a whole: what is too much may be in hand, with no input left.
        refuse(decompress(in, at, excess.clear(), nothing) > 0, in, at, pages);
    }

    private void step(WireInput in, long at, ByteBuffer piece, ByteBuffer pages)
            throws IOException {
        int before = piece.position();
        boolean full = !pages.hasRemaining();
        ByteBuffer to = full ? excess.clear() : pages;
        int n = decompress(in, at, to, piece);
        refuse(full && n > 0, in, at, pages);
        if (piece.position() == before && n == 0) {
            throw in.malformed(at, "zstd payload: damaged data: no progress");
        }
    }

    /** What the decoder still holds when all input is taken. */
    private void drain(WireInput in, long at, ByteBuffer nothing, ByteBuffer pages)
            throws IOException {
        while (pages.hasRemaining()) {
            if (decompress(in, at, pages, nothing) == 0) {
                throw in.malformed(
                        at,
                        "zstd payload: expected "
                                + pages.limit()
                                + " bytes of pages, found "
                                + pages.position());
            }
        }
    }

    /** Decompresses some and tells how many bytes came out. */
    private int decompress(WireInput in, long at, ByteBuffer to, ByteBuffer from)
            throws IOException {
        int room = to.remaining();
        try {
            zstd.decompressDirectByteBufferStream(to, from);
            return room - to.remaining();
        } catch (ZstdException e) {
            throw in.malformed(at, "zstd payload: damaged data: " + e.getMessage(), e);
        }
    }

    private static void refuse(boolean tooMuch, WireInput in, long at, ByteBuffer pages)
            throws IOException {
        if (tooMuch) {
            throw in.malformed(at, "zstd payload: more than " + pages.limit() + " bytes of pages");
        }
    }

    @Override
    public void close() {
        zstd.close();
    }
}
