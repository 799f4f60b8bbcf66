package dev.ferry.sev.cert;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;

/**
 * Signatures of platforms: ECDSA over P-384. Through Bouncy Castle, which takes 1 ms where the
 * JDK's constant-time arithmetic takes 3.5; verifying has no secret to protect.
 *
 * <p>A class of its own, so that who verifies no such signature loads nothing of Bouncy Castle: its
 * jar is signed, and the check of its manifest alone takes longer than most commands.
 */
final class EcdsaVerifier {

    private static final ECDomainParameters P384 = domain();

    private EcdsaVerifier() {}

    /**
     * Takes the hash as a number, never padded.
     *
     * @param value r and s, 72 bytes each, little-endian
     */
    static boolean verify(CertificateKey.Ecc key, String hash, byte[] message, byte[] value) {
        int width = CertificateKey.Ecc.COORDINATE_BYTES;
        BigInteger r = LittleEndian.get(value, 0, width);
        BigInteger s = LittleEndian.get(value, width, width);
        ECDSASigner signer = new ECDSASigner();
        signer.init(
                false,
                new ECPublicKeyParameters(P384.getCurve().createPoint(key.x(), key.y()), P384));
        return signer.verifySignature(digest(hash, message), r, s);
    }

    private static byte[] digest(String hash, byte[] message) {
        try {
            return MessageDigest.getInstance(hash).digest(message);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no " + hash, e);
        }
    }

    private static ECDomainParameters domain() {
        X9ECParameters curve = CustomNamedCurves.getByName("secp384r1");
        return new ECDomainParameters(curve);
    }
}
