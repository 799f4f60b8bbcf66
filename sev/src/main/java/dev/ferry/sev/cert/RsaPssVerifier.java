package dev.ferry.sev.cert;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAPublicKeySpec;

/**
 * Signatures of AMD's: RSA-PSS with the same hash for message and mask, and a salt of the hash's
 * length. Through the JDK: Bouncy Castle is not faster, and first tests the modulus of every key
 * that it has not seen for primality.
 */
final class RsaPssVerifier {

    private RsaPssVerifier() {}

    /**
     * Verifies a message's signature.
     *
     * @param value little-endian, at least as long as the modulus
     */
    static boolean verify(CertificateKey.Rsa key, String hash, byte[] message, byte[] value) {
        try {
            PublicKey publicKey =
                    KeyFactory.getInstance("RSA")
                            .generatePublic(new RSAPublicKeySpec(key.modulus(), key.exponent()));
            Signature pss = Signature.getInstance("RSASSA-PSS");
            pss.setParameter(
                    new PSSParameterSpec(
                            hash,
                            "MGF1",
                            new MGF1ParameterSpec(hash),
                            MessageDigest.getInstance(hash).getDigestLength(),
                            PSSParameterSpec.TRAILER_FIELD_BC));
            pss.initVerify(publicKey);
            pss.update(message);
            return pss.verify(LittleEndian.reversed(value, 0, key.signatureBytes()));
        } catch (InvalidKeySpecException | InvalidKeyException | SignatureException e) {
            // no RSA key at all, or one under which no number is a signature
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no RSASSA-PSS with " + hash, e);
        }
    }
}
