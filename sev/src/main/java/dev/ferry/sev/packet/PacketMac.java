package dev.ferry.sev.packet;

import dev.ferry.sev.session.TransportKeys;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;

/**
 * The code that authenticates a packet: HMAC-SHA256 with the TIK over
 *
 * <pre>
 *   1  context
 *   4  flags of the header
 *  16  IV of the header
 *   4  bytes of plaintext, little-endian
 *   4  bytes of ciphertext, little-endian
 *   n  ciphertext
 * </pre>
 *
 * Source: AMD firmware, send_receive_update_aad_t. Not for several threads.
 */
final class PacketMac {

    private static final int HEADER_PART = PacketHeader.MAC_AT;
    private static final int PREFIX_BYTES = 1 + HEADER_PART + 2 * Integer.BYTES;

    private final Mac mac;
    private final byte[] prefix = new byte[PREFIX_BYTES];
    private final byte[] computed = new byte[PacketHeader.MAC_BYTES];
    private final byte[] claimed = new byte[PacketHeader.MAC_BYTES];

    PacketMac(TransportKeys keys, PacketContext context) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.integrity());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is not to be had", e);
        }
        prefix[0] = context.code();
    }

    /** Writes the code into the header, whose other fields are there already. */
    void write(byte[] header, int headerAt, byte[] ct, int at, int length) {
        compute(header, headerAt, ct, at, length);
        System.arraycopy(
                computed, 0, header, headerAt + PacketHeader.MAC_AT, PacketHeader.MAC_BYTES);
    }

    /** Whether the code in the header is right; takes as long when it is not. */
    boolean matches(byte[] header, int headerAt, byte[] ct, int at, int length) {
        compute(header, headerAt, ct, at, length);
        System.arraycopy(
                header, headerAt + PacketHeader.MAC_AT, claimed, 0, PacketHeader.MAC_BYTES);
        return MessageDigest.isEqual(computed, claimed);
    }

    private void compute(byte[] header, int headerAt, byte[] ct, int at, int length) {
        System.arraycopy(header, headerAt, prefix, 1, HEADER_PART);
        PacketHeader.putInt(prefix, 1 + HEADER_PART, length);
        PacketHeader.putInt(prefix, 1 + HEADER_PART + Integer.BYTES, length);
        try {
            mac.update(prefix, 0, PREFIX_BYTES);
            mac.update(ct, at, length);
            mac.doFinal(computed, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a MAC of 32 bytes does not fit into 32 bytes", e);
        }
    }
}
