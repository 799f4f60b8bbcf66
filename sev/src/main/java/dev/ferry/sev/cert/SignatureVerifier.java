package dev.ferry.sev.cert;

import java.math.BigInteger;
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
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * The two kinds of signature that certificates have.
 *
 * <p>ECDSA goes through Bouncy Castle, which takes 1 ms where the JDK's constant-time arithmetic
 * takes 3.5 (P-384; verifying has no secret to protect). RSA goes through the JDK: both need 0.2
 * ms, but Bouncy Castle first tests the modulus of every key that it has not seen for primality.
 */
final class SignatureVerifier {

    private SignatureVerifier() {}

    /**
     * ECDSA over P-384; the hash is taken as a number, never padded.
     *
     * @param value r and s, 72 bytes each, little-endian
     */
    static boolean ecdsa(CertificateKey.Ecc key, String hash, byte[] message, byte[] value) {
        int width = CertificateKey.Ecc.COORDINATE_BYTES;
        BigInteger r = LittleEndian.get(value, 0, width);
        BigInteger s = LittleEndian.get(value, width, width);
        ECDSASigner signer = new ECDSASigner();
        signer.init(
                false,
                new ECPublicKeyParameters(
                        P384.DOMAIN.getCurve().createPoint(key.x(), key.y()), P384.DOMAIN));
        return signer.verifySignature(digest(hash, message), r, s);
    }

    /**
     * RSA-PSS with the same hash for message and mask, and a salt of the hash's length.
     *
     * @param value little-endian, at least as long as the modulus
     */
    static boolean rsaPss(CertificateKey.Rsa key, String hash, byte[] message, byte[] value) {
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

    private static byte[] digest(String hash, byte[] message) {
        try {
            return MessageDigest.getInstance(hash).digest(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + hash, e);
        }
    }

    private static final class P384 {
        static final ECDomainParameters DOMAIN = domain();

        private static ECDomainParameters domain() {
            X9ECParameters curve = CustomNamedCurves.getByName("secp384r1");
            return new ECDomainParameters(curve);
        }
    }
}
