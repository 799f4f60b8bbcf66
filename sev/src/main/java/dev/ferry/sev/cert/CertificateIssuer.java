package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.security.SecureRandom;

/**
 * Makes and signs SEV certificates for software platforms, laid out like those that firmware makes.
 * Source: AMD-ASPFW sev_cert.c (sev_cert_create, sev_cert_sign), sev_plat.c (sev_pek_generate).
 */
public final class CertificateIssuer {

    private static final int UNUSED = CertificateUsage.INVALID.code();

    private final int apiMajor;
    private final int apiMinor;
    private final SecureRandom random;

    /** For a firmware of that API version, which every certificate states. */
    public CertificateIssuer(int apiMajor, int apiMinor, SecureRandom random) {
        this.apiMajor = apiMajor;
        this.apiMinor = apiMinor;
        this.random = random;
    }

    /**
     * A certificate that nobody has signed: ECDH_SHA256 for a PDH, ECDSA_SHA256 for the others.
     *
     * @param usage OCA, PEK, PDH or CEK
     */
    public SevCertificate unsigned(CertificateUsage usage, CertificateKey.Ecc key) {
        KeyAlgorithm algorithm =
                switch (usage) {
                    case PDH -> KeyAlgorithm.ECDH_SHA256;
                    case OCA, PEK, CEK -> KeyAlgorithm.ECDSA_SHA256;
                    case ARK, ASK, INVALID ->
                            throw new IllegalArgumentException(usage + " is no SEV certificate");
                };
        byte[] bytes = new byte[SevCertificate.BYTES];
        LittleEndian.put32(bytes, 0, SevCertificate.VERSION);
        bytes[SevCertificate.API_MAJOR] = (byte) apiMajor;
        bytes[SevCertificate.API_MINOR] = (byte) apiMinor;
        LittleEndian.put32(bytes, SevCertificate.USAGE, usage.code());
        LittleEndian.put32(bytes, SevCertificate.ALGORITHM, algorithm.code());
        CertificateKey.write(key, bytes, SevCertificate.KEY);
        LittleEndian.put32(bytes, SevCertificate.SIG1, UNUSED);
        LittleEndian.put32(bytes, SevCertificate.SIG2, UNUSED);
        return SevCertificate.at(bytes, 0);
    }

    /** An owner's certificate, signed by itself. */
    public SevCertificate oca(P384PrivateKey oca) throws SevException {
        return signed(unsigned(CertificateUsage.OCA, oca.publicKey()), CertificateUsage.OCA, oca);
    }

    /** A platform's endorsement certificate, signed by the owner and then by the chip. */
    public SevCertificate pek(CertificateKey.Ecc pek, P384PrivateKey oca, P384PrivateKey cek)
            throws SevException {
        SevCertificate owned =
                signed(unsigned(CertificateUsage.PEK, pek), CertificateUsage.OCA, oca);
        return signed(owned, CertificateUsage.CEK, cek);
    }

    /** A Diffie-Hellman certificate, signed by the platform. */
    public SevCertificate pdh(CertificateKey.Ecc pdh, P384PrivateKey pek) throws SevException {
        return signed(unsigned(CertificateUsage.PDH, pdh), CertificateUsage.PEK, pek);
    }

    /**
     * A chip's certificate, signed by AMD's SEV signing key. Real ones come from AMD's key service.
     */
    public SevCertificate cek(CertificateKey.Ecc cek, AmdKey ask) throws SevException {
        SevCertificate certificate = unsigned(CertificateUsage.CEK, cek);
        return withSignature(
                certificate,
                CertificateUsage.ASK,
                ask.algorithm(),
                ask.sign(certificate.signedBytes(), random));
    }

    /**
     * Adds a signature by an ECDSA key in the first place that is free.
     *
     * @param by the usage of the key that signs
     * @throws SevException INVALID_CERTIFICATE if both places are taken
     */
    public SevCertificate signed(
            SevCertificate certificate, CertificateUsage by, P384PrivateKey key)
            throws SevException {
        return withSignature(
                certificate,
                by,
                KeyAlgorithm.ECDSA_SHA256,
                key.sign(certificate.signedBytes(), random));
    }

    private static SevCertificate withSignature(
            SevCertificate certificate, CertificateUsage by, KeyAlgorithm algorithm, byte[] value)
            throws SevException {
        byte[] bytes = certificate.bytes();
        int at = freePlace(certificate);
        LittleEndian.put32(bytes, at, by.code());
        LittleEndian.put32(bytes, at + 4, algorithm.code());
        System.arraycopy(value, 0, bytes, at + CertificateSignature.VALUE, value.length);
        return SevCertificate.at(bytes, 0);
    }

    private static int freePlace(SevCertificate certificate) throws SevException {
        if (certificate.sig1().usageCode() == UNUSED) {
            return SevCertificate.SIG1;
        }
        if (certificate.sig2().usageCode() == UNUSED) {
            return SevCertificate.SIG2;
        }
        throw new SevException(
                FirmwareStatus.INVALID_CERTIFICATE,
                certificate + ": expected a free signature, found two in use");
    }
}
