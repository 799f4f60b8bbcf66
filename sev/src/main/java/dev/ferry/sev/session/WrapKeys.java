package dev.ferry.sev.session;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** The keys that wrap transport keys: the KEK encrypts, the KIK authenticates. */
final class WrapKeys implements AutoCloseable {
    private final byte[] kek;
    private final byte[] kik;

    private WrapKeys(byte[] kek, byte[] kik) {
        this.kek = kek;
        this.kik = kik;
    }

    static WrapKeys derive(byte[] sharedSecret, byte[] nonce) {
        byte[] master = KeyDerivation.masterSecret(sharedSecret, nonce);
        try {
            return new WrapKeys(
                    KeyDerivation.encryptionKey(master), KeyDerivation.integrityKey(master));
        } finally {
            Arrays.fill(master, (byte) 0);
        }
    }

    /** AES-128-CTR, either direction. */
    byte[] crypt(byte[] iv, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(kek, "AES"), new IvParameterSpec(iv));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES in counter mode", e);
        }
    }

    byte[] mac(byte[] text) {
        return HmacSha256.keyed(kik).bytes(text).finish();
    }

    @Override
    public void close() {
        Arrays.fill(kek, (byte) 0);
        Arrays.fill(kik, (byte) 0);
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return "wrap keys";
    }
}
