package dev.ferry.stream.container;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One member (xz stream, gzip member, zstd frame, ...) of compressed data being unpacked. It takes
 * its own bytes from the input and not one more.
 */
interface Member extends Closeable {

    /**
     * Unpacks some bytes.
     *
     * @param dst has room
     * @return how many, at least 1; -1 when the member is complete and its checks have passed
     */
    int read(ByteBuffer dst) throws IOException;

    @Override
    void close() throws IOException;
}
