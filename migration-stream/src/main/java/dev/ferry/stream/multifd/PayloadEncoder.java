package dev.ferry.stream.multifd;

import java.io.Closeable;
import java.nio.ByteBuffer;

/**
 * Turns the pages of one packet into its payload: the counterpart of {@link PayloadDecoder}. zlib
 * and zstd run on over the whole channel, each payload a flushed piece of one stream that is never
 * ended.
 */
interface PayloadEncoder extends Closeable {

    /** Room for a payload: as much as QEMU's receiver has, so that no payload is longer. */
    int PAYLOAD_BYTES = 1 << 20;

    /**
     * Encodes what remains of {@code pages}, and uses it up.
     *
     * @param pages direct
     * @return the payload, valid until the next call and while {@code pages} is unchanged
     */
    ByteBuffer encode(ByteBuffer pages);

    /** The encoder for a method. */
    static PayloadEncoder of(MultiFdCompression method, int level) {
        return switch (method) {
            case NONE -> new PlainPayloadEncoder();
            case ZLIB -> new ZlibPayloadEncoder(level);
            case ZSTD -> new ZstdPayloadEncoder(level);
            case QPL, UADK, QATZIP -> throw new IllegalArgumentException(method.parameter());
        };
    }

    @Override
    void close();
}
