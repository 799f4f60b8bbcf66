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
        if (pages.hasRemaining()) {
            drain(in, at, pages);
        }
    }

    private void step(WireInput in, long at, ByteBuffer piece, ByteBuffer pages)
            throws IOException {
        int before = piece.position();
        boolean full = !pages.hasRemaining();
        ByteBuffer to = full ? excess.clear() : pages;
        int room = to.remaining();
        decompress(in, at, to, piece);
        if (full && to.remaining() < room) {
            throw in.malformed(at, "zstd payload: more than " + pages.limit() + " bytes of pages");
        }
        if (piece.position() == before && to.remaining() == room) {
            throw in.malformed(at, "zstd payload: damaged data: no progress");
        }
    }

    /** What the decoder still holds when all input is taken. */
    private void drain(WireInput in, long at, ByteBuffer pages) throws IOException {
        ByteBuffer nothing = excess.duplicate().limit(0);
        while (pages.hasRemaining()) {
            int room = pages.remaining();
            decompress(in, at, pages, nothing);
            if (pages.remaining() == room) {
                throw in.malformed(
                        at,
                        "zstd payload: expected "
                                + pages.limit()
                                + " bytes of pages, found "
                                + pages.position());
            }
        }
    }

    private void decompress(WireInput in, long at, ByteBuffer to, ByteBuffer from)
            throws IOException {
        try {
            zstd.decompressDirectByteBufferStream(to, from);
        } catch (ZstdException e) {
            throw in.malformed(at, "zstd payload: damaged data: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        zstd.close();
    }
}
