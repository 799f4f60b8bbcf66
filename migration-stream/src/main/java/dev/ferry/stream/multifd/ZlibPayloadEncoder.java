package dev.ferry.stream.multifd;

import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** Payloads that are pieces of one zlib stream, each ended by Z_SYNC_FLUSH. */
final class ZlibPayloadEncoder implements PayloadEncoder {

    private final Deflater deflater;
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);

    ZlibPayloadEncoder(int level) {
        deflater = new Deflater(level);
    }

    @Override
    public ByteBuffer encode(ByteBuffer pages) {
        payload.clear();
        deflater.setInput(pages);
        deflater.deflate(payload, Deflater.SYNC_FLUSH);
        // Incompressible pages grow by a thousandth: with room left, all is taken and flushed.
        if (!payload.hasRemaining() || !deflater.needsInput()) {
            throw new IllegalStateException("zlib payload of " + payload.position() + " bytes");
        }
        return payload.flip();
    }

    @Override
    public void close() {
        deflater.end();
    }
}
