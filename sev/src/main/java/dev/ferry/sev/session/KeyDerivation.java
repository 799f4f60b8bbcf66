package dev.ferry.sev.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key derivation function of a session: SP 800-108 in counter mode over HMAC-SHA256, with every
 * integer little-endian.
 *
 * <pre>
 *  block(i) = HMAC(key, u32 i | label | 00 | context | u32 bits)    i = 1, 2, ...
 * </pre>
 *
 * SP 800-108 shows big-endian integers; the firmware's are not. Source: AMD-ASPFW nist_kdf.c,
 * sev_channel.c; sev-tool crypto.cpp, kdf.
 */
public final class KeyDerivation {

    /** Bytes of the master secret, the KEK and the KIK. */
    public static final int KEY_BYTES = 16;

    private static final byte[] NO_CONTEXT = {};

    private KeyDerivation() {}

    /**
     * The master secret of a session.
     *
     * @param sharedSecret from {@link KeyAgreement}, 48 bytes
     * @param nonce of the session, 16 bytes
     * @return 16 bytes; who asks must zero them
     */
    public static byte[] masterSecret(byte[] sharedSecret, byte[] nonce) {
        return derive(sharedSecret, "sev-master-secret", nonce, KEY_BYTES);
    }

    /** The key that wraps the transport keys, 16 bytes; who asks must zero them. */
    public static byte[] encryptionKey(byte[] masterSecret) {
        return derive(masterSecret, "sev-kek", NO_CONTEXT, KEY_BYTES);
    }

    /** The key that authenticates the wrapped transport keys, 16 bytes; who asks must zero them. */
    public static byte[] integrityKey(byte[] masterSecret) {
        return derive(masterSecret, "sev-kik", NO_CONTEXT, KEY_BYTES);
    }

    /**
     * The function itself.
     *
     * @param label in ASCII, goes in without a terminator
     * @param length bytes wanted
     * @return the bytes; who asks must zero them
     */
    public static byte[] derive(byte[] key, String label, byte[] context, int length) {
        byte[] ascii = label.getBytes(StandardCharsets.US_ASCII);
        byte[] result = new byte[length];
        HmacSha256 mac = HmacSha256.keyed(key);
        for (int at = 0, i = 1; at < length; at += HmacSha256.BYTES, i++) {
            byte[] block = mac.u32(i).bytes(ascii).u8(0).bytes(context).u32(8 * length).finish();
            System.arraycopy(block, 0, result, at, Math.min(block.length, length - at));
            Arrays.fill(block, (byte) 0);
        }
        return result;
    }
}
