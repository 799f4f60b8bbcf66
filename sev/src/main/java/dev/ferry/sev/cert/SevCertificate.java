package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;
import java.util.Optional;

/**
 * A SEV certificate, version 1: PDH, PEK, OCA or CEK. 2084 bytes, little-endian.
 *
 * <pre>
 *  0x000  u32  version
 *  0x004  u8   API major of the firmware that made it
 *  0x005  u8   API minor
 *  0x006  u16  reserved
 *  0x008  u32  usage of the key
 *  0x00c  u32  algorithm of the key
 *  0x010       the key, 1028 bytes ({@link CertificateKey})
 *  0x414       signature 1 ({@link CertificateSignature})
 *  0x61c       signature 2
 * </pre>
 *
 * Either signature covers the bytes before signature 1. Every byte is kept, so {@link #bytes} gives
 * what was parsed, whatever the reserved and padding bytes are; nothing but the length is checked
 * here ({@link CertificateValidator} does the rest). Source: AMD-ASPFW sev_cert.h (sev_cert_t).
 */
public final class SevCertificate implements Certificate {

    /** Bytes of a certificate. */
    public static final int BYTES = 2084;

    /** Leading bytes that the signatures cover. */
    public static final int SIGNED_BYTES = 1044;

    /** The version that firmware takes. */
    public static final int VERSION = 1;

    static final int API_MAJOR = 0x004;
    static final int API_MINOR = 0x005;
    static final int USAGE = 0x008;
    static final int ALGORITHM = 0x00c;
    static final int KEY = 0x010;
    static final int SIG1 = 0x414;
    static final int SIG2 = 0x61c;

    private final byte[] bytes;
    private final Optional<CertificateKey> key;

    private SevCertificate(byte[] bytes) {
        this.bytes = bytes;
        this.key = CertificateKey.read(bytes, KEY, LittleEndian.get32(bytes, ALGORITHM));
    }

    /**
     * Takes a certificate as it is.
     *
     * @throws SevException INVALID_LENGTH unless there are 2084 bytes
     */
    public static SevCertificate parse(byte[] bytes) throws SevException {
        if (bytes.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "SEV certificate: expected " + BYTES + " bytes, found " + bytes.length);
        }
        return new SevCertificate(bytes.clone());
    }

    /** The certificate at an offset of something whose length is known to suffice. */
    static SevCertificate at(byte[] bytes, int offset) {
        return new SevCertificate(Arrays.copyOfRange(bytes, offset, offset + BYTES));
    }

    /** Byte for byte what was parsed; a copy. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The first {@link #SIGNED_BYTES}; a copy. */
    @Override
    public byte[] signedBytes() {
        return Arrays.copyOf(bytes, SIGNED_BYTES);
    }

    /** The format's version; 1 is the only one. */
    @Override
    public int version() {
        return LittleEndian.get32(bytes, 0);
    }

    /** Major API version of the firmware that made it. */
    public int apiMajor() {
        return bytes[API_MAJOR] & 0xff;
    }

    /** Minor API version of the firmware that made it. */
    public int apiMinor() {
        return bytes[API_MINOR] & 0xff;
    }

    /** What the key is for, as a number. */
    @Override
    public int usageCode() {
        return LittleEndian.get32(bytes, USAGE);
    }

    /** What the key computes, as a number. */
    public int algorithmCode() {
        return LittleEndian.get32(bytes, ALGORITHM);
    }

    /** What the key computes; empty if the number has no name. */
    public Optional<KeyAlgorithm> algorithm() {
        return KeyAlgorithm.of(algorithmCode());
    }

    /** The key; empty if its algorithm has none. */
    public Optional<CertificateKey> key() {
        return key;
    }

    /** The first signature; in a PEK, usually the owner's. */
    public CertificateSignature sig1() {
        return CertificateSignature.read(bytes, SIG1);
    }

    /** The second signature; in a PEK, usually the chip's. */
    public CertificateSignature sig2() {
        return CertificateSignature.read(bytes, SIG2);
    }

    /** The key as one that signs others. */
    @Override
    public SignerKey signerKey() {
        return new SignerKey(usageCode(), algorithmCode(), key);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SevCertificate that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Such as {@code PEK certificate, API 1.51}. */
    @Override
    public String toString() {
        return CertificateUsage.name(usageCode())
                + " certificate, API "
                + apiMajor()
                + "."
                + apiMinor();
    }
}
