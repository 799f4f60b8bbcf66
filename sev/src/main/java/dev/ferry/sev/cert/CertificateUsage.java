package dev.ferry.sev.cert;

import java.util.Optional;

/** What a certified key is for. Source: AMD-ASPFW sev_cert.h, SEV API, Certificate Format. */
public enum CertificateUsage {
    /** AMD root key, which AMD's SEV signing key is signed with. */
    ARK(0x0000),
    /** AMD SEV signing key, which every chip's CEK is signed with. */
    ASK(0x0013),
    /** Marks an unused signature. */
    INVALID(0x1000),
    /** Owner certificate authority. */
    OCA(0x1001),
    /** Platform endorsement key. */
    PEK(0x1002),
    /** Platform Diffie-Hellman key. */
    PDH(0x1003),
    /** Chip endorsement key. */
    CEK(0x1004);

    private static final CertificateUsage[] ALL = values();

    private final int code;

    CertificateUsage(int code) {
        this.code = code;
    }

    /** The number in the certificate. */
    public int code() {
        return code;
    }

    /** The usage of that number; empty for a number that has no name. */
    public static Optional<CertificateUsage> of(int code) {
        for (CertificateUsage usage : ALL) {
            if (usage.code == code) {
                return Optional.of(usage);
            }
        }
        return Optional.empty();
    }

    /** A name for any number: {@code PEK}, or {@code usage 0x77}. */
    static String name(int code) {
        return of(code).map(Enum::name).orElseGet(() -> "usage 0x" + Integer.toHexString(code));
    }
}
