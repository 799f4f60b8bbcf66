package dev.ferry.sev.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;

/**
 * Ferry's own addition to a session: one MAC over all packets of a migration.
 *
 * <pre>
 *  HMAC-SHA256(TIK; "ferry-sev-manifest-1" | 00 | u64 packets | digest)
 * </pre>
 *
 * The number is big-endian. No message that AMD's firmware authenticates under the TIK begins like
 * this one: packets and measurements begin with a byte from 1 to 4, a policy has 4 bytes.
 */
public final class ManifestMac {

    /** Bytes of a digest and of a MAC. */
    public static final int BYTES = 32;

    private static final byte[] LABEL =
            "ferry-sev-manifest-1\0".getBytes(StandardCharsets.US_ASCII);

    private ManifestMac() {}

    /**
     * The MAC of a session whose packets have this digest.
     *
     * @param packets how many
     * @param digest 32 bytes
     */
    public static byte[] of(TransportKeys keys, long packets, byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("a digest of " + digest.length + " bytes");
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.integrity());
            mac.update(LABEL);
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(0, packets));
            return mac.doFinal(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }

    /** Whether {@code mac} is the right one; takes the same time wherever they differ. */
    public static boolean fits(TransportKeys keys, long packets, byte[] digest, byte[] mac) {
        return MessageDigest.isEqual(of(keys, packets, digest), mac);
    }
}
