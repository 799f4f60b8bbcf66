package dev.ferry.sev.cert;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The root keys that a chain may end in, each known by the SHA-384 of its certificate without the
 * signature. A chip has the one of its generation in fuses.
 */
public final class TrustedArks {

    /** Bytes of a digest. */
    public static final int DIGEST_BYTES = 48;

    private final List<byte[]> digests;

    private TrustedArks(List<byte[]> digests) {
        this.digests = digests;
    }

    /** AMD's, of every generation. */
    public static TrustedArks amd() {
        List<byte[]> digests = new ArrayList<>();
        for (KnownArk ark : KnownArk.values()) {
            digests.add(ark.sha384());
        }
        return new TrustedArks(digests);
    }

    /**
     * One alone.
     *
     * @throws IllegalArgumentException unless the digest has 48 bytes
     */
    public static TrustedArks only(byte[] sha384) {
        if (sha384.length != DIGEST_BYTES) {
            throw new IllegalArgumentException("a SHA-384 has 48 bytes, not " + sha384.length);
        }
        return new TrustedArks(List.of(sha384.clone()));
    }

    /** This one alone, as for a platform that brings its own root. */
    public static TrustedArks only(AmdCertificate ark) {
        return only(ark.sha384());
    }

    /** Whether a certificate is one of them. */
    public boolean contains(AmdCertificate ark) {
        byte[] found = ark.sha384();
        for (byte[] digest : digests) {
            if (MessageDigest.isEqual(digest, found)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TrustedArks that
                && Arrays.deepEquals(digests.toArray(), that.digests.toArray());
    }

    @Override
    public int hashCode() {
        return Arrays.deepHashCode(digests.toArray());
    }

    /** Tells how many. */
    @Override
    public String toString() {
        return digests.size() + " trusted ARKs";
    }
}
