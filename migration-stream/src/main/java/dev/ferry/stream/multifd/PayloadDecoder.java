package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Turns compressed payloads of one channel into pages. zlib and zstd run on over the whole channel:
 * a payload is a flushed piece of one stream that never ends.
 */
interface PayloadDecoder extends Closeable {

    /**
     * Decodes {@code length} payload bytes, which it consumes whatever happens short of an error.
     *
     * @param pages direct; has exactly the room that must be filled
     * @throws dev.ferry.stream.MalformedStreamException if the data is damaged or of another length
     */
    void decode(WireInput in, long length, ByteBuffer pages) throws IOException;

    @Override
    void close();
}
