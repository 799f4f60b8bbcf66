package dev.ferry.sev.cert;

import dev.ferry.sev.SevException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;

/**
 * A stand-in for one of AMD's private keys, ARK or ASK, by which software platforms get chains of
 * the real shape. RSA of 2048 bits with SHA-256 as for Naples, or of 4096 bits with SHA-384 as for
 * all that came later. Never printed; it leaves this object as PEM alone.
 */
public final class AmdKey {
    private final KeyPair pair;
    private final KeyAlgorithm algorithm;

    private AmdKey(KeyPair pair, KeyAlgorithm algorithm) {
        this.pair = pair;
        this.algorithm = algorithm;
    }

    /**
     * A new key; 4096 bits take seconds.
     *
     * @param bits 2048 or 4096
     */
    public static AmdKey generate(int bits, SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(
                    new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4), random);
            return new AmdKey(generator.generateKeyPair(), AmdCertificate.algorithm(bits));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK makes no RSA keys of " + bits + " bits", e);
        }
    }

    /**
     * Reads what {@link #pkcs8Pem} gave.
     *
     * @throws SevException INVALID_PARAM if it is anything else: encrypted, not RSA, of another
     *     size, or without what makes it fast (the prime factors)
     */
    public static AmdKey ofPem(byte[] pem) throws SevException {
        return AmdKeyPem.read(pem);
    }

    /** As a PKCS#8 PEM file, in ASCII; who asks must zero it. */
    public byte[] pkcs8Pem() {
        return AmdKeyPem.pkcs8(pair.getPrivate());
    }

    static AmdKey of(KeyPair pair) {
        int bits = ((RSAPublicKey) pair.getPublic()).getModulus().bitLength();
        return new AmdKey(pair, AmdCertificate.algorithm(bits));
    }

    /** Size of the modulus: 2048 or 4096. */
    public int bits() {
        return publicKey().modulusBits();
    }

    /** How the key signs. */
    public KeyAlgorithm algorithm() {
        return algorithm;
    }

    /** The public key that belongs to it. */
    public CertificateKey.Rsa publicKey() {
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        return new CertificateKey.Rsa(
                key.getModulus().bitLength(), key.getPublicExponent(), key.getModulus());
    }

    /** RSA-PSS with a salt of the hash's length; as long as the modulus, little-endian. */
    byte[] sign(byte[] message, SecureRandom random) {
        String hash = algorithm.hash();
        try {
            Signature pss = Signature.getInstance("RSASSA-PSS");
            pss.setParameter(
                    new PSSParameterSpec(
                            hash,
                            "MGF1",
                            new MGF1ParameterSpec(hash),
                            MessageDigest.getInstance(hash).getDigestLength(),
                            PSSParameterSpec.TRAILER_FIELD_BC));
            pss.initSign(pair.getPrivate(), random);
            pss.update(message);
            byte[] big = pss.sign();
            return LittleEndian.reversed(big, 0, big.length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no RSASSA-PSS with " + hash, e);
        }
    }

    /** Tells its size. */
    @Override
    public String toString() {
        return "RSA key of " + bits() + " bits";
    }
}
