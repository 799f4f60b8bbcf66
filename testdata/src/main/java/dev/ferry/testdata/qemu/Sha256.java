package dev.ferry.testdata.qemu;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 in progress. */
final class Sha256 {
    private final MessageDigest digest;

    Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }

    void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Lower-case hex; ends the computation. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(byte[] bytes) {
        Sha256 sha256 = new Sha256();
        sha256.update(ByteBuffer.wrap(bytes));
        return sha256.hex();
    }
}
