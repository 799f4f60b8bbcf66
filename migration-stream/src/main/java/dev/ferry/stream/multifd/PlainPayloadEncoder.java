package dev.ferry.stream.multifd;

import java.nio.ByteBuffer;

/** The pages as they are. */
final class PlainPayloadEncoder implements PayloadEncoder {

    @Override
    public ByteBuffer encode(ByteBuffer pages) {
        return pages;
    }

    @Override
    public void close() {}
}
