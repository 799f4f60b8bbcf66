package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A certificate of AMD's, version 1: ARK or ASK. Little-endian.
 *
 * <pre>
 *  0x00   u32  version
 *  0x04        key id, 16 bytes
 *  0x14        id of the key that signed: the ARK's, in both
 *  0x24   u32  usage of the key: 0 ARK, 0x13 ASK
 *  0x28        reserved, 16 bytes
 *  0x38   u32  size of the exponent in bits, 2048 or 4096
 *  0x3c   u32  size of the modulus in bits, 2048 or 4096
 *  0x40        public exponent, modulus
 *              signature, as long as the modulus of the key that signed
 * </pre>
 *
 * The signature covers everything before it. So a certificate has 832, 1088, 1344 or 1600 bytes.
 * Every byte is kept. Source: AMD-ASPFW amd_cert.h, amd_cert.c.
 */
public final class AmdCertificate implements Certificate {

    /** Bytes before the exponent. */
    public static final int FIXED_BYTES = 64;

    /** Bytes of a key id. */
    public static final int KEY_ID_BYTES = 16;

    /** The version that firmware takes. */
    public static final int VERSION = 1;

    static final int KEY_ID = 0x04;
    static final int CERTIFYING_ID = 0x14;
    static final int USAGE = 0x24;
    static final int EXPONENT_BITS = 0x38;
    static final int MODULUS_BITS = 0x3c;

    private static final int SMALL = 2048;
    private static final int LARGE = 4096;

    private final byte[] bytes;
    private final int exponentBytes;
    private final int modulusBytes;

    private AmdCertificate(byte[] bytes, int exponentBytes, int modulusBytes) {
        this.bytes = bytes;
        this.exponentBytes = exponentBytes;
        this.modulusBytes = modulusBytes;
    }

    /**
     * Takes a certificate as it is; only sizes are checked, since nothing can be found without
     * them.
     *
     * @throws SevException INVALID_LENGTH if the bytes end too soon or go on too long,
     *     INVALID_CERTIFICATE if exponent or modulus have not 2048 or 4096 bits
     */
    public static AmdCertificate parse(byte[] bytes) throws SevException {
        if (bytes.length < FIXED_BYTES) {
            throw length(FIXED_BYTES + " or more", bytes.length);
        }
        int exponentBytes = keyBytes(bytes, EXPONENT_BITS, "exponent");
        int modulusBytes = keyBytes(bytes, MODULUS_BITS, "modulus");
        int signed = FIXED_BYTES + exponentBytes + modulusBytes;
        if (bytes.length != signed + SMALL / 8 && bytes.length != signed + LARGE / 8) {
            throw length(signed + SMALL / 8 + " or " + (signed + LARGE / 8), bytes.length);
        }
        return new AmdCertificate(bytes.clone(), exponentBytes, modulusBytes);
    }

    /** One of our own making, whose sizes are known to be right; not copied. */
    static AmdCertificate ofSound(byte[] bytes) {
        return new AmdCertificate(
                bytes,
                LittleEndian.get32(bytes, EXPONENT_BITS) / 8,
                LittleEndian.get32(bytes, MODULUS_BITS) / 8);
    }

    private static int keyBytes(byte[] bytes, int at, String what) throws SevException {
        int bits = LittleEndian.get32(bytes, at);
        if (!isKeySize(bits)) {
            throw new SevException(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "AMD certificate, size of the "
                            + what
                            + ": expected 2048 or 4096, found "
                            + Integer.toUnsignedString(bits));
        }
        return bits / 8;
    }

    private static SevException length(String expected, int found) {
        return new SevException(
                FirmwareStatus.INVALID_LENGTH,
                "AMD certificate: expected " + expected + " bytes, found " + found);
    }

    static boolean isKeySize(int bits) {
        return bits == SMALL || bits == LARGE;
    }

    /** How keys of that size sign: SHA-256 for 2048 bits, SHA-384 for 4096. */
    static KeyAlgorithm algorithm(int bits) {
        return bits == SMALL ? KeyAlgorithm.RSA_SHA256 : KeyAlgorithm.RSA_SHA384;
    }

    /** Byte for byte what was parsed; a copy. */
    @Override
    public byte[] bytes() {
        return bytes.clone();
    }

    /** What the signature covers; a copy. */
    @Override
    public byte[] signedBytes() {
        return Arrays.copyOf(bytes, signedLength());
    }

    /** How many leading bytes the signature covers. */
    public int signedLength() {
        return FIXED_BYTES + exponentBytes + modulusBytes;
    }

    /** The format's version; 1 is the only one. */
    @Override
    public int version() {
        return LittleEndian.get32(bytes, 0);
    }

    /** The key's id, 16 bytes; a copy. */
    public byte[] keyId() {
        return Arrays.copyOfRange(bytes, KEY_ID, KEY_ID + KEY_ID_BYTES);
    }

    /** The id of the key that signed, 16 bytes; a copy. */
    public byte[] certifyingId() {
        return Arrays.copyOfRange(bytes, CERTIFYING_ID, CERTIFYING_ID + KEY_ID_BYTES);
    }

    /** What the key is for, as a number. */
    @Override
    public int usageCode() {
        return LittleEndian.get32(bytes, USAGE);
    }

    /** The key. */
    public CertificateKey.Rsa key() {
        return new CertificateKey.Rsa(
                8 * modulusBytes,
                LittleEndian.get(bytes, FIXED_BYTES, exponentBytes),
                LittleEndian.get(bytes, FIXED_BYTES + exponentBytes, modulusBytes));
    }

    /** How the key signs, which follows from its size. */
    public KeyAlgorithm algorithm() {
        return algorithm(8 * modulusBytes);
    }

    /** The signature, little-endian; a copy. */
    public byte[] signature() {
        return Arrays.copyOfRange(bytes, signedLength(), bytes.length);
    }

    /** The key as one that signs others. */
    @Override
    public SignerKey signerKey() {
        return new SignerKey(usageCode(), algorithm().code(), Optional.of(key()));
    }

    /** SHA-384 of what the signature covers: by an ARK's, firmware knows it. */
    public byte[] sha384() {
        try {
            return MessageDigest.getInstance("SHA-384").digest(signedBytes());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-384", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AmdCertificate that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Such as {@code ARK certificate, key 9f9d4a8fe761456599f6946c4c010f3a}. */
    @Override
    public String toString() {
        return CertificateUsage.name(usageCode())
                + " certificate, key "
                + HexFormat.of().formatHex(keyId());
    }
}
