package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.KeyAgreement;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.jspecify.annotations.Nullable;

/**
 * A private key on P-384, as a platform has for its OCA, PEK, PDH and CEK: a number from 1 to the
 * curve's order less 1. Zeroed when closed; never printed, and no message holds it.
 *
 * <p>What is done with it goes through the JDK, whose arithmetic on P-384 takes the same time for
 * every key. The copies that the JDK makes for one computation cannot be zeroed; they are garbage
 * when it ends.
 */
public final class P384PrivateKey implements AutoCloseable {

    /** Bytes of the number. */
    public static final int BYTES = P384Curve.BYTES;

    private final byte[] scalar;
    private boolean closed;
    private CertificateKey.@Nullable Ecc publicKey;

    private P384PrivateKey(byte[] scalar) {
        this.scalar = scalar;
    }

    /** A new key. */
    public static P384PrivateKey random(SecureRandom random) {
        byte[] scalar = new byte[BYTES];
        do {
            random.nextBytes(scalar);
        } while (!isInRange(scalar));
        return new P384PrivateKey(scalar);
    }

    /**
     * Copies a key of 48 bytes, big-endian.
     *
     * @throws SevException INVALID_PARAM if it has another length or is not a key of the curve
     */
    public static P384PrivateKey of(byte[] bigEndian) throws SevException {
        if (bigEndian.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_PARAM,
                    "P-384 private key: expected 48 bytes, found " + bigEndian.length);
        }
        if (!isInRange(bigEndian)) {
            throw new SevException(
                    FirmwareStatus.INVALID_PARAM,
                    "P-384 private key: expected a number from 1 to the curve's order less 1");
        }
        return new P384PrivateKey(bigEndian.clone());
    }

    /**
     * Reads a PEM file of an EC key, PKCS#8 ({@code PRIVATE KEY}) or SEC1 ({@code EC PRIVATE KEY}).
     *
     * @throws SevException INVALID_PARAM if it is anything else, encrypted, or of another curve
     */
    public static P384PrivateKey ofPem(byte[] pem) throws SevException {
        return P384Pem.read(pem);
    }

    /** As a PKCS#8 PEM file, in ASCII; who asks must zero it. */
    public byte[] pkcs8Pem() {
        return P384Pem.pkcs8(this);
    }

    /** As a SEC1 PEM file, in ASCII; who asks must zero it. */
    public byte[] sec1Pem() {
        return P384Pem.sec1(this);
    }

    /** 48 bytes, big-endian; who asks must zero them. */
    public synchronized byte[] bytes() {
        requireOpen();
        return scalar.clone();
    }

    /** Another holder of the same key. */
    public synchronized P384PrivateKey copy() {
        return new P384PrivateKey(bytes());
    }

    /** The public key that belongs to it. */
    public synchronized CertificateKey.Ecc publicKey() {
        requireOpen();
        if (publicKey == null) {
            var point =
                    new FixedPointCombMultiplier()
                            .multiply(CustomNamedCurves.getByName("secp384r1").getG(), number())
                            .normalize();
            publicKey =
                    new CertificateKey.Ecc(
                            CertificateKey.Ecc.P384,
                            point.getAffineXCoord().toBigInteger(),
                            point.getAffineYCoord().toBigInteger());
        }
        return publicKey;
    }

    /** Whether a certificate's key is the public half of this one. */
    public boolean belongsTo(SevCertificate certificate) {
        return certificate.key().equals(Optional.of(publicKey()));
    }

    /**
     * ECDSA with SHA-256.
     *
     * @return r and s, 72 bytes each, little-endian, as certificates and attestation reports have
     *     them
     */
    public byte[] sign(byte[] message, SecureRandom random) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(jdkKey(), random);
            signature.update(message);
            byte[] both = signature.sign();
            int width = CertificateKey.Ecc.COORDINATE_BYTES;
            byte[] value = new byte[2 * width];
            System.arraycopy(LittleEndian.reversed(both, 0, BYTES), 0, value, 0, BYTES);
            System.arraycopy(LittleEndian.reversed(both, BYTES, BYTES), 0, value, width, BYTES);
            return value;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK does not sign on P-384", e);
        }
    }

    /**
     * Elliptic-curve Diffie-Hellman.
     *
     * @return X of the common point, 48 bytes, big-endian; who asks must zero it
     * @throws SevException INVALID_CERTIFICATE if the peer's key is not a point of P-384
     */
    public byte[] agree(CertificateKey.Ecc peer) throws SevException {
        if (!peer.isWellFormed()) {
            throw new SevException(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "key agreement: the peer's key is not a point of P-384");
        }
        try {
            PublicKey publicKey =
                    KeyFactory.getInstance("EC")
                            .generatePublic(
                                    new ECPublicKeySpec(
                                            new ECPoint(peer.x(), peer.y()), P384Curve.SPEC));
            KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
            agreement.init(jdkKey());
            agreement.doPhase(publicKey, true);
            return agreement.generateSecret();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK does not agree on keys on P-384", e);
        }
    }

    private synchronized PrivateKey jdkKey() throws GeneralSecurityException {
        requireOpen();
        return KeyFactory.getInstance("EC")
                .generatePrivate(new ECPrivateKeySpec(number(), P384Curve.SPEC));
    }

    private BigInteger number() {
        return new BigInteger(1, scalar);
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("private key is closed");
        }
    }

    private static boolean isInRange(byte[] scalar) {
        BigInteger number = new BigInteger(1, scalar);
        return number.signum() > 0 && number.compareTo(P384Curve.ORDER) < 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        Arrays.fill(scalar, (byte) 0);
    }

    /** Tells nothing. */
    @Override
    public synchronized String toString() {
        return closed ? "P-384 private key (closed)" : "P-384 private key";
    }
}
