package dev.ferry.stream.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;

/** A stream that can only be read forward: a pipe, a decompressor's output. */
public final class InputStreamSource implements ByteSource {

    private final String name;
    private final InputStream in;
    private final ReadableByteChannel channel;

    /** Reads {@code in} from its current position on, and closes it in the end. */
    public InputStreamSource(String name, InputStream in) {
        this.name = name;
        this.in = in;
        this.channel = Channels.newChannel(in);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return channel.read(dst);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
