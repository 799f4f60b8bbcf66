package dev.ferry.stream.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/** A member that a library unpacks through an {@link InputStream}. */
abstract class InputStreamMember implements Member {

    private final InputStream unpacked;
    private final byte[] chunk = new byte[Lookahead.BUFFER_BYTES];

    /**
     * @param unpacked ends with the member
     */
    InputStreamMember(InputStream unpacked) {
        this.unpacked = unpacked;
    }

    @Override
    public final int read(ByteBuffer dst) throws IOException {
        int n = unpacked.read(chunk, 0, Math.min(chunk.length, dst.remaining()));
        if (n > 0) {
            dst.put(chunk, 0, n);
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
    }
}
