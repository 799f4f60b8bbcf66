package dev.ferry.stream.multifd;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;

/** Payloads that are flushed pieces of one zstd frame. */
final class ZstdPayloadEncoder implements PayloadEncoder {

    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_BYTES);

    ZstdPayloadEncoder(int level) {
        zstd.setLevel(level);
    }

    @Override
    public ByteBuffer encode(ByteBuffer pages) {
        payload.clear();
        // Incompressible pages grow by three bytes a block: there is always room.
        while (!zstd.compressDirectByteBufferStream(payload, pages, EndDirective.FLUSH)) {
            if (!payload.hasRemaining()) {
                throw new IllegalStateException("zstd payload beyond " + PAYLOAD_BYTES + " bytes");
            }
        }
        return payload.flip();
    }

    @Override
    public void close() {
        zstd.close();
    }
}
