package dev.ferry.stream.container;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.SingleXZInputStream;

/** A member that a library unpacks through an {@link InputStream}. */
final class InputStreamMember implements Member {

    /**
     * Enough for a 128 MiB dictionary, twice what {@code xz -9} needs; the header of a hostile file
     * may ask for 1.5 GiB.
     */
    private static final int XZ_MEMORY_KIB = 136 << 10;

    private final InputStream unpacked;
    private final byte[] chunk = new byte[Lookahead.BUFFER_BYTES];

    private InputStreamMember(InputStream unpacked) {
        this.unpacked = unpacked;
    }

    static Member xz(Lookahead in) throws IOException {
        return new InputStreamMember(
                new SingleXZInputStream(in.asInputStream(), XZ_MEMORY_KIB, true));
    }

    static Member bzip2(Lookahead in) throws IOException {
        return new InputStreamMember(new BZip2CompressorInputStream(in.asInputStream(), false));
    }

    @Override
    public int read(ByteBuffer dst) throws IOException {
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
