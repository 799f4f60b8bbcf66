package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;

/**
 * Whether the firmware takes a SEV certificate: its checks, in its order. Source: AMD-ASPFW
 * sev_cert.c, sev_cert_validate and sev_cert_sanity_check.
 *
 * <p>API versions of certificate and signer are not compared. A comment in the firmware and the API
 * document demand it, but no code does, and real chains differ.
 */
public final class CertificateValidator {

    private CertificateValidator() {}

    /**
     * Checks a certificate against the key that is said to have signed it.
     *
     * <ol>
     *   <li>the signer's key is well formed, else INVALID_CERTIFICATE
     *   <li>of the two signatures, each that names the signer's usage and algorithm is verified;
     *       the last such decides, BAD_SIGNATURE if it is wrong; none is INVALID_CERTIFICATE. A
     *       signature that is half marked as unused is BAD_SIGNATURE at once; one by a key that
     *       cannot sign is UNSUPPORTED at once
     *   <li>version and key are well formed, else INVALID_CERTIFICATE
     *   <li>PDH is signed by PEK, PEK by OCA or CEK, OCA by OCA, CEK by ASK, else
     *       INVALID_CERTIFICATE
     * </ol>
     */
    public static Verdict validate(SevCertificate certificate, SignerKey signer) {
        if (!signer.isWellFormed()) {
            return Verdict.invalidCertificate(
                    "the signer's key is not well formed: "
                            + CertificateUsage.name(signer.usageCode())
                            + ", "
                            + KeyAlgorithm.name(signer.algorithmCode()));
        }
        Verdict signature = signature(certificate, signer);
        if (!signature.isValid()) {
            return signature;
        }
        Verdict body = body(certificate);
        if (!body.isValid()) {
            return body;
        }
        return pairing(certificate, signer);
    }

    /**
     * Looks at a peer's PDH before a key is agreed on with it: version, key on the curve, usage
     * PDH, algorithm ECDH_SHA256. Signatures are not looked at.
     */
    public static Verdict sanityCheck(SevCertificate pdh) {
        Verdict body = body(pdh);
        if (!body.isValid()) {
            return body;
        }
        if (pdh.usageCode() != CertificateUsage.PDH.code()
                || pdh.algorithmCode() != KeyAlgorithm.ECDH_SHA256.code()) {
            return Verdict.invalidCertificate(
                    "PDH certificate: expected PDH, ECDH_SHA256, found " + kind(pdh));
        }
        return Verdict.VALID;
    }

    private static Verdict signature(SevCertificate certificate, SignerKey signer) {
        Verdict verdict =
                Verdict.invalidCertificate(
                        "no signature by "
                                + CertificateUsage.name(signer.usageCode())
                                + ", "
                                + KeyAlgorithm.name(signer.algorithmCode())
                                + ", found "
                                + certificate.sig1()
                                + " and "
                                + certificate.sig2());
        for (int number = 1; number <= 2; number++) {
            CertificateSignature signature = number == 1 ? certificate.sig1() : certificate.sig2();
            if (signature.isHalfUsed()) {
                return Verdict.badSignature(
                        "signature " + number + " is half marked as unused: " + signature);
            }
            if (signature.usageCode() != signer.usageCode()
                    || signature.algorithmCode() != signer.algorithmCode()) {
                continue;
            }
            verdict = verify(certificate, number, signature, signer);
            if (verdict.status() == FirmwareStatus.UNSUPPORTED) {
                return verdict;
            }
        }
        return verdict;
    }

    private static Verdict verify(
            SevCertificate certificate,
            int number,
            CertificateSignature signature,
            SignerKey signer) {
        KeyAlgorithm algorithm = KeyAlgorithm.of(signer.algorithmCode()).orElseThrow();
        CertificateKey key = signer.key().orElseThrow();
        byte[] message = certificate.signedBytes();
        if (algorithm.family() == KeyAlgorithm.Family.ECDH) {
            return new Verdict(
                    FirmwareStatus.UNSUPPORTED,
                    "signature " + number + " is by a key that cannot sign: " + signature);
        }
        boolean good =
                switch (key) {
                    case CertificateKey.Ecc ecc ->
                            EcdsaVerifier.verify(ecc, algorithm.hash(), message, signature.value());
                    case CertificateKey.Rsa rsa ->
                            RsaPssVerifier.verify(
                                    rsa, algorithm.hash(), message, signature.value());
                };
        return good
                ? Verdict.VALID
                : Verdict.badSignature(
                        "signature " + number + " (" + signature + ") does not verify");
    }

    private static Verdict body(SevCertificate certificate) {
        if (certificate.version() != SevCertificate.VERSION) {
            return Verdict.invalidCertificate(
                    "certificate version: expected 1, found "
                            + Integer.toUnsignedString(certificate.version()));
        }
        if (!certificate.signerKey().isWellFormed()) {
            return Verdict.invalidCertificate(
                    "the certified key is not well formed: " + kind(certificate));
        }
        return Verdict.VALID;
    }

    private static Verdict pairing(SevCertificate certificate, SignerKey signer) {
        CertificateUsage usage = certificate.usage().orElseThrow();
        CertificateUsage by = CertificateUsage.of(signer.usageCode()).orElseThrow();
        boolean right =
                switch (usage) {
                    case PDH -> by == CertificateUsage.PEK;
                    case PEK -> by == CertificateUsage.OCA || by == CertificateUsage.CEK;
                    case OCA -> by == CertificateUsage.OCA;
                    case CEK -> by == CertificateUsage.ASK;
                    case ARK, ASK, INVALID -> false;
                };
        return right
                ? Verdict.VALID
                : Verdict.invalidCertificate(by + " may not sign the certificate of " + usage);
    }

    private static String kind(SevCertificate certificate) {
        return CertificateUsage.name(certificate.usageCode())
                + ", "
                + KeyAlgorithm.name(certificate.algorithmCode());
    }
}
