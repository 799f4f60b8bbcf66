package dev.ferry.sev.cert;

import java.math.BigInteger;
import java.util.Optional;

/**
 * A public key as a certificate holds it: the numbers, whether they make sense or not. In a SEV
 * certificate it takes 1028 bytes, zero-padded.
 *
 * <pre>
 *  ECC  u32 curve             RSA  u32 modulus size in bits
 *       X   72 bytes               public exponent 512 bytes
 *       Y   72 bytes               modulus         512 bytes
 * </pre>
 *
 * Source: AMD-ASPFW sev_cert.h (sev_cert_pubkey_t), ecc.h, rsa.h.
 */
public sealed interface CertificateKey {

    /** Bytes of a key in a SEV certificate. */
    int BYTES = 1028;

    /**
     * A point of an elliptic curve.
     *
     * @param curve 2 for P-384, the only one that firmware takes; 1 is another
     */
    record Ecc(int curve, BigInteger x, BigInteger y) implements CertificateKey {
        /** The number of P-384. */
        public static final int P384 = 2;

        static final int COORDINATE_BYTES = 72;

        /** Whether it is a point of P-384, as firmware demands of every ECC key. */
        @Override
        public boolean isWellFormed() {
            return curve == P384 && P384Curve.contains(x, y);
        }
    }

    /**
     * An RSA key.
     *
     * @param modulusBits as stated, a multiple of 8
     */
    record Rsa(int modulusBits, BigInteger exponent, BigInteger modulus) implements CertificateKey {
        static final int NUMBER_BYTES = 512;

        /** Whether its size is one that firmware takes: up to 4096 bits. */
        @Override
        public boolean isWellFormed() {
            return modulusBits > 0 && modulusBits <= 8 * NUMBER_BYTES && modulusBits % 8 == 0;
        }

        /** Bytes of a signature by this key. */
        int signatureBytes() {
            return modulusBits / 8;
        }
    }

    /** Whether the numbers are a key. */
    boolean isWellFormed();

    /** The key at {@code at}; empty if the algorithm has none. */
    static Optional<CertificateKey> read(byte[] bytes, int at, int algorithm) {
        KeyAlgorithm.Family family =
                KeyAlgorithm.of(algorithm)
                        .map(KeyAlgorithm::family)
                        .orElse(KeyAlgorithm.Family.NONE);
        return switch (family) {
            case NONE -> Optional.empty();
            case RSA ->
                    Optional.of(
                            new Rsa(
                                    LittleEndian.get32(bytes, at),
                                    LittleEndian.get(bytes, at + 4, Rsa.NUMBER_BYTES),
                                    LittleEndian.get(
                                            bytes, at + 4 + Rsa.NUMBER_BYTES, Rsa.NUMBER_BYTES)));
            case ECDSA, ECDH ->
                    Optional.of(
                            new Ecc(
                                    LittleEndian.get32(bytes, at),
                                    LittleEndian.get(bytes, at + 4, Ecc.COORDINATE_BYTES),
                                    LittleEndian.get(
                                            bytes,
                                            at + 4 + Ecc.COORDINATE_BYTES,
                                            Ecc.COORDINATE_BYTES)));
        };
    }

    /** Writes the key at {@code at}; the bytes behind it stay. */
    static void write(CertificateKey key, byte[] bytes, int at) {
        switch (key) {
            case Rsa(int modulusBits, BigInteger exponent, BigInteger modulus) -> {
                LittleEndian.put32(bytes, at, modulusBits);
                LittleEndian.put(bytes, at + 4, Rsa.NUMBER_BYTES, exponent);
                LittleEndian.put(bytes, at + 4 + Rsa.NUMBER_BYTES, Rsa.NUMBER_BYTES, modulus);
            }
            case Ecc(int curve, BigInteger x, BigInteger y) -> {
                LittleEndian.put32(bytes, at, curve);
                LittleEndian.put(bytes, at + 4, Ecc.COORDINATE_BYTES, x);
                LittleEndian.put(bytes, at + 4 + Ecc.COORDINATE_BYTES, Ecc.COORDINATE_BYTES, y);
            }
        }
    }
}
