package dev.ferry.stream.multifd;

import dev.ferry.stream.ram.RamState;
import java.nio.ByteBuffer;

/** Finds the target page size from a channel's first packet, whose length depends on it. */
final class MultiFdPageSize {

    private static final int[] CANDIDATES = RamState.likelyPageSizes();

    private MultiFdPageSize() {}

    /**
     * The size with which the packet at the buffer's position is followed by another, or is the
     * channel's last; 4096 if none fits.
     */
    static int infer(ByteBuffer b) {
        int at = b.position();
        if (b.remaining() < 24) {
            return CANDIDATES[0];
        }
        int slots = b.getInt(at + 12);
        for (int candidate : CANDIDATES) {
            if (slots != 0 && slots != MultiFdPacket.slots(candidate)) {
                continue;
            }
            long payload = b.getInt(at + 16) > 0 ? b.getInt(at + 20) & 0xffffffffL : 0;
            long next = MultiFdPacket.headerBytes(candidate) + payload;
            if (next == b.remaining()) {
                return candidate;
            }
            if (next + 4 <= b.remaining()
                    && b.getInt((int) (at + next)) == MultiFdHandshake.MULTIFD_MAGIC) {
                return candidate;
            }
            if (slots != 0) {
                return candidate;
            }
        }
        return CANDIDATES[0];
    }
}
