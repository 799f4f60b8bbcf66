package dev.ferry.sev.firmware;

import dev.ferry.sev.session.LaunchMeasurement;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a guest was launched with: SHA-256 over the plain text of all LAUNCH_UPDATE_* in their
 * order, and the measurement made of it. Zeros for a guest that was received.
 */
final class LaunchDigest {

    /** Bytes of the digest. */
    static final int BYTES = 32;

    private final byte[] digest = new byte[BYTES];
    private @Nullable MessageDigest sha;
    private @Nullable LaunchMeasurement measurement;

    void begin() {
        sha = sha256();
    }

    void update(byte[] plain, int at, int length) {
        running().update(plain, at, length);
    }

    /** Ends the digest, which is kept for reports. */
    byte[] finish() {
        System.arraycopy(running().digest(), 0, digest, 0, BYTES);
        sha = null;
        return digest.clone();
    }

    byte[] digest() {
        return digest.clone();
    }

    void measured(LaunchMeasurement made) {
        measurement = made;
    }

    /** For a secret to be bound to. */
    LaunchMeasurement measurement() {
        if (measurement == null) {
            throw new IllegalStateException("the launch was not measured");
        }
        return measurement;
    }

    void forgetMeasurement() {
        measurement = null;
    }

    void erase() {
        sha = null;
        Arrays.fill(digest, (byte) 0);
        measurement = null;
    }

    private MessageDigest running() {
        if (sha == null) {
            throw new IllegalStateException("launch digest is not being made");
        }
        return sha;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
