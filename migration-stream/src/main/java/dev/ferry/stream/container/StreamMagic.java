package dev.ferry.stream.container;

import dev.ferry.stream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Finds QEMU's magic, {@code "QEVM"} and the big-endian version 3. */
final class StreamMagic {

    private static final String MAGIC = "QEVM";

    /** Magic and version as a big-endian number. */
    private static final long MAGIC_AND_VERSION = 0x5145564d_00000003L;

    /** How far into a file other bytes than zeros may precede the stream. */
    static final long MAX_LEAD = 16 << 20;

    /** How long a hole in front of the stream may be. */
    static final long MAX_HOLE = 1 << 30;

    private StreamMagic() {}

    /** Whether {@code "QEVM"} comes next; its version is the stream reader's concern. */
    static boolean isNext(Lookahead in) throws IOException {
        return in.startsWith(MAGIC);
    }

    static boolean isCutShort(Lookahead in) throws IOException {
        return in.endsInside(MAGIC);
    }

    /**
     * Goes forward to the magic, over zeros or, near the beginning, over anything.
     *
     * @return whether there is one; else {@code in} is wherever the search ended
     */
    static boolean find(Lookahead in) throws IOException {
        long word = 0;
        boolean hole = true;
        while (in.has(8)) {
            long offset = in.offset();
            if (offset > (hole ? MAX_HOLE : MAX_LEAD)) {
                return false;
            }
            ByteBuffer bytes = in.buffered();
            int from = bytes.position();
            int to = bytes.limit() - 7;
            for (int i = from; i < to; i++) {
                word = bytes.getLong(i);
                if (word == MAGIC_AND_VERSION) {
                    bytes.position(i);
                    return offset + (i - from) <= (hole ? MAX_HOLE : MAX_LEAD);
                }
                if (word != 0 && (byte) (word >>> 56) != 0) {
                    hole = false;
                }
            }
            bytes.position(to);
        }
        return false;
    }

    /** Says that a payload does not begin as a stream does. */
    static MalformedStreamException missing(Lookahead in) throws IOException {
        return in.malformed(
                in.offset(), "stream magic: expected \"QEVM\", found " + in.hex(MAGIC.length()));
    }
}
