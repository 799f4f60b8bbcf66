package dev.ferry.sev.session;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HMAC-SHA256 over pieces, with little-endian integers. */
final class HmacSha256 {
    static final int BYTES = 32;

    private static final String NAME = "HmacSHA256";

    private final Mac mac;

    private HmacSha256(Mac mac) {
        this.mac = mac;
    }

    static HmacSha256 keyed(byte[] key) {
        try {
            Mac mac = Mac.getInstance(NAME);
            mac.init(new SecretKeySpec(key, NAME));
            return new HmacSha256(mac);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + NAME, e);
        }
    }

    /** Goes on with one byte. */
    HmacSha256 u8(int value) {
        mac.update((byte) value);
        return this;
    }

    /** Goes on with a little-endian number. */
    HmacSha256 u32(int value) {
        return u8(value).u8(value >>> 8).u8(value >>> 16).u8(value >>> 24);
    }

    /** Goes on with bytes. */
    HmacSha256 bytes(byte[] bytes) {
        mac.update(bytes);
        return this;
    }

    /** The MAC; the next one under the same key may begin. */
    byte[] finish() {
        return mac.doFinal();
    }

    /** Compares in a time that does not depend on where they differ. */
    static boolean isEqual(byte[] computed, byte[] found) {
        return MessageDigest.isEqual(computed, found);
    }
}
