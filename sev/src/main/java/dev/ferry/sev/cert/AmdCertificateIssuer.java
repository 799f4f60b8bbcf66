package dev.ferry.sev.cert;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Makes roots of the shape of AMD's for software platforms: an ARK and an ASK. Firmware and peers
 * take them only if told to trust that ARK ({@link TrustedArks#only(AmdCertificate)}).
 */
public final class AmdCertificateIssuer {
    private final SecureRandom random;

    public AmdCertificateIssuer(SecureRandom random) {
        this.random = random;
    }

    /** A root, signed by itself, with an id of its own. */
    public AmdCertificate ark(AmdKey ark) {
        byte[] id = newId();
        return issue(CertificateUsage.ARK, ark.publicKey(), id, id, ark);
    }

    /**
     * A SEV signing key's certificate.
     *
     * @param ark the root's certificate
     * @param arkKey the root's key, which {@code ark} certifies
     */
    public AmdCertificate ask(CertificateKey.Rsa ask, AmdCertificate ark, AmdKey arkKey) {
        if (!ark.key().equals(arkKey.publicKey())) {
            throw new IllegalArgumentException("the ARK's certificate is of another key");
        }
        return issue(CertificateUsage.ASK, ask, newId(), ark.keyId(), arkKey);
    }

    private AmdCertificate issue(
            CertificateUsage usage,
            CertificateKey.Rsa key,
            byte[] id,
            byte[] certifyingId,
            AmdKey signer) {
        int width = key.signatureBytes();
        int signed = AmdCertificate.FIXED_BYTES + 2 * width;
        byte[] bytes = new byte[signed];
        LittleEndian.put32(bytes, 0, AmdCertificate.VERSION);
        System.arraycopy(id, 0, bytes, AmdCertificate.KEY_ID, id.length);
        System.arraycopy(certifyingId, 0, bytes, AmdCertificate.CERTIFYING_ID, certifyingId.length);
        LittleEndian.put32(bytes, AmdCertificate.USAGE, usage.code());
        LittleEndian.put32(bytes, AmdCertificate.EXPONENT_BITS, key.modulusBits());
        LittleEndian.put32(bytes, AmdCertificate.MODULUS_BITS, key.modulusBits());
        LittleEndian.put(bytes, AmdCertificate.FIXED_BYTES, width, key.exponent());
        LittleEndian.put(bytes, AmdCertificate.FIXED_BYTES + width, width, key.modulus());
        byte[] signature = signer.sign(bytes, random);
        byte[] whole = Arrays.copyOf(bytes, signed + signature.length);
        System.arraycopy(signature, 0, whole, signed, signature.length);
        return AmdCertificate.ofSound(whole);
    }

    private byte[] newId() {
        byte[] id = new byte[AmdCertificate.KEY_ID_BYTES];
        random.nextBytes(id);
        return id;
    }
}
