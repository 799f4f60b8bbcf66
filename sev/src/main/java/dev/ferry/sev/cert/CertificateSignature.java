package dev.ferry.sev.cert;

import java.util.Arrays;
import java.util.Optional;

/**
 * One of the two signatures of a SEV certificate: 520 bytes, little-endian.
 *
 * <pre>
 *  0  u32  usage of the key that signed, 0x1000 if there is no signature
 *  4  u32  its algorithm, 0 if there is no signature
 *  8       the signature, 512 bytes: r (72), s (72) and zeros, or RSA's number and zeros
 * </pre>
 *
 * Source: AMD-ASPFW sev_cert.h (sev_cert_sig_t).
 */
public final class CertificateSignature {

    /** Bytes of usage, algorithm and signature. */
    public static final int BYTES = 520;

    /** Bytes of the signature alone. */
    public static final int VALUE_BYTES = 512;

    static final int VALUE = 8;

    private final int usageCode;
    private final int algorithmCode;
    private final byte[] value;

    private CertificateSignature(int usageCode, int algorithmCode, byte[] value) {
        this.usageCode = usageCode;
        this.algorithmCode = algorithmCode;
        this.value = value;
    }

    static CertificateSignature read(byte[] bytes, int at) {
        return new CertificateSignature(
                LittleEndian.get32(bytes, at),
                LittleEndian.get32(bytes, at + 4),
                Arrays.copyOfRange(bytes, at + VALUE, at + BYTES));
    }

    /** What the key that signed is for, as a number. */
    public int usageCode() {
        return usageCode;
    }

    /** What the key that signed is for; empty if the number has no name. */
    public Optional<CertificateUsage> usage() {
        return CertificateUsage.of(usageCode);
    }

    /** How it was signed, as a number. */
    public int algorithmCode() {
        return algorithmCode;
    }

    /** How it was signed; empty if the number has no name. */
    public Optional<KeyAlgorithm> algorithm() {
        return KeyAlgorithm.of(algorithmCode);
    }

    /** The 512 bytes; a copy. */
    public byte[] value() {
        return value.clone();
    }

    /** Whether it is marked as unused, by usage and algorithm alike. */
    public boolean isUnused() {
        return usageCode == CertificateUsage.INVALID.code()
                && algorithmCode == KeyAlgorithm.INVALID.code();
    }

    /** Whether usage and algorithm disagree on there being a signature. */
    boolean isHalfUsed() {
        return usageCode == CertificateUsage.INVALID.code()
                ^ algorithmCode == KeyAlgorithm.INVALID.code();
    }

    /** Such as {@code OCA, ECDSA_SHA256}, or {@code unused}. */
    @Override
    public String toString() {
        return isUnused()
                ? "unused"
                : CertificateUsage.name(usageCode) + ", " + KeyAlgorithm.name(algorithmCode);
    }
}
