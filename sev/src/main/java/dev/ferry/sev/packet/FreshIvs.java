package dev.ferry.sev.packet;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Random IVs: the output of AES-128 in counter mode under a key from a {@link SecureRandom}, as in
 * the CTR_DRBG of NIST SP 800-90A, with another key now and then. A {@link SecureRandom} asked for
 * every IV costs as much as encrypting half a page, and is one for all threads, who wait for each
 * other there. None is given twice. Not for several threads.
 */
final class FreshIvs {

    private static final int IVS_AT_ONCE = 64;
    private static final int KEY_BYTES = 16;

    /** A key for 2^20 IVs: 4 GiB of pages. */
    private static final int DRAWS_OF_A_KEY = (1 << 20) / IVS_AT_ONCE;

    private final SecureRandom random;
    private final Cipher generator;
    private final byte[] zeros = new byte[IVS_AT_ONCE * PacketHeader.IV_BYTES];
    private final byte[] drawn = new byte[zeros.length];
    private int next = drawn.length;
    private int drawsLeft;

    FreshIvs(SecureRandom random) {
        this.random = random;
        try {
            generator = Cipher.getInstance("AES/CTR/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CTR is not to be had", e);
        }
    }

    void take(byte[] into, int at) {
        if (next == drawn.length) {
            draw();
        }
        System.arraycopy(drawn, next, into, at, PacketHeader.IV_BYTES);
        next += PacketHeader.IV_BYTES;
    }

    private void draw() {
        try {
            if (drawsLeft == 0) {
                rekey();
            }
            generator.update(zeros, 0, zeros.length, drawn, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-CTR refused a random key", e);
        }
        drawsLeft--;
        next = 0;
    }

    private void rekey() throws GeneralSecurityException {
        byte[] key = new byte[KEY_BYTES];
        byte[] counter = new byte[PacketHeader.IV_BYTES];
        random.nextBytes(key);
        random.nextBytes(counter);
        generator.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new IvParameterSpec(counter));
        Arrays.fill(key, (byte) 0);
        drawsLeft = DRAWS_OF_A_KEY;
    }
}
