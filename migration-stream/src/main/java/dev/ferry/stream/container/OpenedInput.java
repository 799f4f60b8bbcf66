package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import java.io.Closeable;
import java.io.IOException;

/**
 * An input whose wrapping is known.
 *
 * @param stream the migration stream alone: offset 0 is QEMU's first byte. Seekable where the
 *     medium and the wrapping allow. Its {@link ByteSource#fileOrigin} is that byte's offset in the
 *     (decompressed) file, from which mapped-ram headers count
 * @param compression what all of the file is wrapped in
 * @param container what the stream is kept in, inside that
 */
public record OpenedInput(ByteSource stream, Compression compression, Container container)
        implements Closeable {

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
