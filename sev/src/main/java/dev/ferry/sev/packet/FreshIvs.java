package dev.ferry.sev.packet;

import java.security.SecureRandom;

/**
 * Random IVs, drawn many at a time: asking a {@link SecureRandom} for 16 bytes costs more than
 * encrypting half a page. None is given twice. Not for several threads.
 */
final class FreshIvs {

    private static final int DRAWN_AT_ONCE = 64;

    private final SecureRandom random;
    private final byte[] drawn = new byte[DRAWN_AT_ONCE * PacketHeader.IV_BYTES];
    private int next = drawn.length;

    FreshIvs(SecureRandom random) {
        this.random = random;
    }

    void take(byte[] into, int at) {
        if (next == drawn.length) {
            random.nextBytes(drawn);
            next = 0;
        }
        System.arraycopy(drawn, next, into, at, PacketHeader.IV_BYTES);
        next += PacketHeader.IV_BYTES;
    }
}
