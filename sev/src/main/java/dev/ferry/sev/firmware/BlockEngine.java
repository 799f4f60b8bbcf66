package dev.ferry.sev.firmware;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-128 of memory blocks, each under a tweak of its own that follows from its address. With E a
 * block cipher under the VEK and T one under a key derived from it,
 *
 * <pre>
 *  tweak  = T(le64(address), 0)          address of the block, a multiple of 16
 *  cipher = E(plain ^ tweak) ^ tweak
 * </pre>
 *
 * as Rogaway's XEX has it. One page at a time goes through the JVM's vector code for AES; the
 * tweaks of the last range are kept, since a vCPU comes back to it. Not for several threads.
 */
final class BlockEngine {

    static final int BLOCK_BYTES = 16;
    static final int KEY_BYTES = 16;

    /** The most that is done at once. */
    static final int WINDOW_BYTES = 4096;

    private static final VarHandle LE_LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Cipher encryption;
    private final Cipher decryption;
    private final Cipher tweaking;

    private final byte[] addresses = new byte[WINDOW_BYTES];
    private final byte[] tweaks = new byte[WINDOW_BYTES];
    private final byte[] before = new byte[WINDOW_BYTES];
    private final byte[] after = new byte[WINDOW_BYTES];
    private final byte[] window = new byte[WINDOW_BYTES];

    /** What {@link #tweaks} holds, from its first byte. */
    private long tweaksFrom;

    private int tweaksLength;

    BlockEngine(byte[] vek) {
        encryption = cipher(Cipher.ENCRYPT_MODE, vek);
        decryption = cipher(Cipher.DECRYPT_MODE, vek);
        // Of an address that no block has: none of its 16 bytes is 0.
        byte[] tweakKey = new byte[KEY_BYTES];
        Arrays.fill(tweakKey, (byte) 0xff);
        try {
            encryption.update(tweakKey.clone(), 0, KEY_BYTES, tweakKey, 0);
        } catch (GeneralSecurityException e) {
            throw refused(e);
        }
        tweaking = cipher(Cipher.ENCRYPT_MODE, tweakKey);
        Arrays.fill(tweakKey, (byte) 0);
    }

    private static Cipher cipher(int mode, byte[] key) {
        try {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"));
            return cipher;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES is not to be had", e);
        }
    }

    /** Room for what is encrypted or decrypted in place; whoever holds the engine may use it. */
    byte[] window() {
        return window;
    }

    /** Whole blocks, at most a window; in place too. */
    void encrypt(long address, byte[] in, int inAt, byte[] out, int outAt, int length) {
        crypt(encryption, address, in, inAt, out, outAt, length);
    }

    /** Whole blocks, at most a window; in place too. */
    void decrypt(long address, byte[] in, int inAt, byte[] out, int outAt, int length) {
        crypt(decryption, address, in, inAt, out, outAt, length);
    }

    private void crypt(
            Cipher cipher, long address, byte[] in, int inAt, byte[] out, int outAt, int length) {
        try {
            int tweaksAt = tweaks(address, length);
            xor(in, inAt, tweaks, tweaksAt, before, 0, length);
            cipher.update(before, 0, length, after, 0);
            xor(after, 0, tweaks, tweaksAt, out, outAt, length);
        } catch (GeneralSecurityException e) {
            throw refused(e);
        }
    }

    /** By words: the compiler makes no vectors of bytes whose arrays may be one and the same. */
    private static void xor(
            byte[] a, int aAt, byte[] b, int bAt, byte[] out, int outAt, int length) {
        for (int i = 0; i < length; i += Long.BYTES) {
            LE_LONG.set(
                    out,
                    outAt + i,
                    (long) LE_LONG.get(a, aAt + i) ^ (long) LE_LONG.get(b, bAt + i));
        }
    }

    /** Sees to it that there are the tweaks of a range, and says where. */
    private int tweaks(long address, int length) throws GeneralSecurityException {
        long at = address - tweaksFrom;
        if (at >= 0 && at + length <= tweaksLength) {
            return (int) at;
        }
        tweaksLength = 0;
        for (int i = 0; i < length; i += BLOCK_BYTES) {
            LE_LONG.set(addresses, i, address + i);
            LE_LONG.set(addresses, i + Long.BYTES, 0L);
        }
        tweaking.update(addresses, 0, length, tweaks, 0);
        tweaksFrom = address;
        tweaksLength = length;
        return 0;
    }

    /** Zeroes what it worked on. */
    void erase() {
        Arrays.fill(before, (byte) 0);
        Arrays.fill(after, (byte) 0);
        Arrays.fill(window, (byte) 0);
        Arrays.fill(tweaks, (byte) 0);
        tweaksLength = 0;
    }

    private static IllegalStateException refused(GeneralSecurityException e) {
        return new IllegalStateException("AES refused whole blocks", e);
    }
}
