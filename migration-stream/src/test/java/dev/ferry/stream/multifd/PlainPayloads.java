package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads what needs no decoding; only tests have to. */
final class PlainPayloads implements PayloadDecoder {

    @Override
    public void decode(WireInput in, long length, ByteBuffer pages) throws IOException {
        pages.put(in.bytes((int) length, "pages"));
    }

    /** The decoder for a method. */
    static PayloadDecoder of(MultiFdCompression method) {
        return switch (method) {
            case NONE -> new PlainPayloads();
            case ZLIB -> new ZlibPayloads();
            case ZSTD -> new ZstdPayloads();
            case QPL, UADK, QATZIP -> throw new IllegalArgumentException(method.parameter());
        };
    }

    @Override
    public void close() {}
}
