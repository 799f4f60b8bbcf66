package dev.ferry.sev.session;

import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The two keys of a transport session, 16 bytes each: the TEK encrypts packets, the TIK
 * authenticates them. Zeroed when closed; never printed.
 */
public final class TransportKeys implements AutoCloseable {

    /** Bytes of either key. */
    public static final int KEY_BYTES = 16;

    private final byte[] tek;
    private final byte[] tik;
    private boolean closed;

    private TransportKeys(byte[] tek, byte[] tik) {
        this.tek = tek;
        this.tik = tik;
    }

    /**
     * Copies both keys.
     *
     * @throws IllegalArgumentException if one has not 16 bytes
     */
    public static TransportKeys of(byte[] tek, byte[] tik) {
        if (tek.length != KEY_BYTES || tik.length != KEY_BYTES) {
            throw new IllegalArgumentException("transport keys have 16 bytes each");
        }
        return new TransportKeys(tek.clone(), tik.clone());
    }

    /** New keys, as a sender chooses them. */
    public static TransportKeys random(SecureRandom random) {
        byte[] tek = new byte[KEY_BYTES];
        byte[] tik = new byte[KEY_BYTES];
        random.nextBytes(tek);
        random.nextBytes(tik);
        return new TransportKeys(tek, tik);
    }

    /** For {@code AES}: a copy that lives on its own. */
    public SecretKey encryption() {
        return key(tek, "AES");
    }

    /** For {@code HmacSHA256}: a copy that lives on its own. */
    public SecretKey integrity() {
        return key(tik, "HmacSHA256");
    }

    private synchronized SecretKey key(byte[] bytes, String algorithm) {
        if (closed) {
            throw new IllegalStateException("transport keys are closed");
        }
        return new SecretKeySpec(bytes, algorithm);
    }

    /** Another holder of the same keys. */
    public synchronized TransportKeys copy() {
        if (closed) {
            throw new IllegalStateException("transport keys are closed");
        }
        return of(tek, tik);
    }

    /** Writes TEK and TIK one after the other, 32 bytes; who asks must zero them. */
    synchronized byte[] bytes() {
        if (closed) {
            throw new IllegalStateException("transport keys are closed");
        }
        byte[] both = Arrays.copyOf(tek, 2 * KEY_BYTES);
        System.arraycopy(tik, 0, both, KEY_BYTES, KEY_BYTES);
        return both;
    }

    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(tek, (byte) 0);
        Arrays.fill(tik, (byte) 0);
    }

    /** Tells nothing. */
    @Override
    public String toString() {
        return closed ? "transport keys (closed)" : "transport keys";
    }
}
