package dev.ferry.stream.container;

import dev.ferry.stream.io.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The rest of a forward-only input: what detection has looked at, then the input itself. */
final class ForwardSource implements ByteSource {

    private final Lookahead in;
    private final long origin;

    /** The stream begins at the next byte of {@code in}. */
    ForwardSource(Lookahead in) {
        this.in = in;
        this.origin = in.offset();
    }

    @Override
    public String name() {
        return in.source().name();
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
        return in.read(dst);
    }

    @Override
    public long fileOrigin() {
        return origin;
    }

    @Override
    public void close() throws IOException {
        in.source().close();
    }
}
