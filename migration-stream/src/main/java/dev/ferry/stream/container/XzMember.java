package dev.ferry.stream.container;

import java.io.IOException;
import org.tukaani.xz.ArrayCache;
import org.tukaani.xz.SingleXZInputStream;

/** One xz stream, its checks verified. */
final class XzMember extends InputStreamMember {

    /**
     * Enough for a 128 MiB dictionary, twice what {@code xz -9} needs; the header of a hostile file
     * may ask for 1.5 GiB.
     */
    private static final int MEMORY_KIB = 136 << 10;

    /**
     * @param arrays keeps the dictionary for the next stream
     */
    XzMember(Lookahead in, ArrayCache arrays) throws IOException {
        super(new SingleXZInputStream(in.asInputStream(), MEMORY_KIB, true, arrays));
    }
}
