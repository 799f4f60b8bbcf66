package dev.ferry.sev.cert;

import java.util.Optional;

/**
 * What a certified key computes, and the hash that goes with it. Source: AMD-ASPFW sev_cert.h, SEV
 * API, Certificate Format.
 */
public enum KeyAlgorithm {
    /** Marks an unused signature. */
    INVALID(0x000, Family.NONE, ""),
    RSA_SHA256(0x001, Family.RSA, "SHA-256"),
    ECDSA_SHA256(0x002, Family.ECDSA, "SHA-256"),
    ECDH_SHA256(0x003, Family.ECDH, "SHA-256"),
    RSA_SHA384(0x101, Family.RSA, "SHA-384"),
    ECDSA_SHA384(0x102, Family.ECDSA, "SHA-384"),
    ECDH_SHA384(0x103, Family.ECDH, "SHA-384");

    /** The kind of computation. */
    public enum Family {
        NONE,
        RSA,
        ECDSA,
        ECDH
    }

    private static final KeyAlgorithm[] ALL = values();

    private final int code;
    private final Family family;
    private final String hash;

    KeyAlgorithm(int code, Family family, String hash) {
        this.code = code;
        this.family = family;
        this.hash = hash;
    }

    /** The number in the certificate. */
    public int code() {
        return code;
    }

    /** The kind of computation. */
    public Family family() {
        return family;
    }

    /** The hash's JCA name; empty for {@link #INVALID}. */
    public String hash() {
        return hash;
    }

    /** The algorithm of that number; empty for a number that has no name. */
    public static Optional<KeyAlgorithm> of(int code) {
        for (KeyAlgorithm algorithm : ALL) {
            if (algorithm.code == code) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** A name for any number: {@code ECDSA_SHA256}, or {@code algorithm 0x7}. */
    static String name(int code) {
        return of(code).map(Enum::name).orElseGet(() -> "algorithm 0x" + Integer.toHexString(code));
    }
}
