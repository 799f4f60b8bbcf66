package dev.ferry.sev.cert;

import java.util.Arrays;

/**
 * Whether the firmware takes AMD's certificates: the signature first, then version, usage and the
 * id of the key that signed. Source: AMD-ASPFW amd_cert.c (amd_cert_validate,
 * amd_cert_validate_ark).
 *
 * <p>That source is of a firmware for large keys and hashes with SHA-384 always. Naples' keys have
 * 2048 bits and go with SHA-256, so the hash here follows from the size of the key that signed.
 */
public final class AmdCertificateValidator {

    private AmdCertificateValidator() {}

    /**
     * Checks an ASK against the ARK.
     *
     * @return BAD_SIGNATURE, or INVALID_CERTIFICATE for all else that may be wrong
     */
    public static Verdict ask(AmdCertificate ask, AmdCertificate ark) {
        return validate(ask, ark, CertificateUsage.ASK);
    }

    /**
     * Checks an ARK against itself and against what is trusted.
     *
     * @return BAD_SIGNATURE, or INVALID_CERTIFICATE for all else that may be wrong
     */
    public static Verdict ark(AmdCertificate ark, TrustedArks trusted) {
        Verdict self = validate(ark, ark, CertificateUsage.ARK);
        if (!self.isValid()) {
            return self;
        }
        return trusted.contains(ark)
                ? Verdict.VALID
                : Verdict.invalidCertificate("the ARK is none of the trusted ones: " + ark);
    }

    private static Verdict validate(
            AmdCertificate certificate, AmdCertificate signer, CertificateUsage usage) {
        CertificateKey.Rsa key = signer.key();
        byte[] signature = certificate.signature();
        if (signature.length != key.signatureBytes()) {
            return Verdict.badSignature(
                    "the signature has "
                            + signature.length
                            + " bytes, one by this key has "
                            + key.signatureBytes());
        }
        if (!RsaPssVerifier.verify(
                key, signer.algorithm().hash(), certificate.signedBytes(), signature)) {
            return Verdict.badSignature(
                    "the signature (" + signer.algorithm() + ") does not verify");
        }
        if (certificate.version() != AmdCertificate.VERSION) {
            return Verdict.invalidCertificate(
                    "certificate version: expected 1, found "
                            + Integer.toUnsignedString(certificate.version()));
        }
        if (certificate.usageCode() != usage.code()) {
            return Verdict.invalidCertificate(
                    "usage: expected "
                            + usage
                            + ", found "
                            + CertificateUsage.name(certificate.usageCode()));
        }
        if (!Arrays.equals(certificate.certifyingId(), signer.keyId())) {
            return Verdict.invalidCertificate(
                    "it names another key as the one that signed it: " + certificate);
        }
        return Verdict.VALID;
    }
}
