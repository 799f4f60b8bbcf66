package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdCertificate;
import dev.ferry.sev.cert.AmdCertificateIssuer;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.AmdKey;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.P384PrivateKey;
import java.security.SecureRandom;

/**
 * Makes platform keys and their certificates, as the firmware does at INIT, PEK_GEN and PDH_GEN,
 * and as AMD does at the factory. Source: AMD firmware sev_plat.c.
 */
final class IdentityMaker {
    private final CertificateIssuer issuer;
    private final SecureRandom random;

    IdentityMaker(FirmwareVersion version, SecureRandom random) {
        this.issuer = new CertificateIssuer(version.apiMajor(), version.apiMinor(), random);
        this.random = random;
    }

    /** A root of its own. */
    static AmdRoot root(int bits, SecureRandom random) throws SevException {
        if (bits != 2048 && bits != 4096) {
            throw new SevException(
                    FirmwareStatus.INVALID_CONFIG,
                    "new platform: root key: expected 2048 or 4096 bits, found " + bits);
        }
        AmdKey ark = AmdKey.generate(bits, random);
        AmdKey ask = AmdKey.generate(bits, random);
        AmdCertificateIssuer issuer = new AmdCertificateIssuer(random);
        AmdCertificate arkCertificate = issuer.ark(ark);
        return new AmdRoot(
                new AmdChain(issuer.ask(ask.publicKey(), arkCertificate, ark), arkCertificate),
                ark,
                ask);
    }

    /** The chip's own key. */
    CertifiedKey cek(AmdRoot root) throws SevException {
        P384PrivateKey key = P384PrivateKey.random(random);
        return new CertifiedKey(issuer.cek(key.publicKey(), root.requireAskKey()), key);
    }

    /** A new owner, endorsement and Diffie-Hellman key; the platform owns itself. */
    PlatformIdentity.Owned owned(CertifiedKey cek) throws SevException {
        P384PrivateKey oca = P384PrivateKey.random(random);
        P384PrivateKey pek = P384PrivateKey.random(random);
        CertifiedKey certifiedPek =
                new CertifiedKey(issuer.pek(pek.publicKey(), oca, cek.key()), pek);
        return new PlatformIdentity.Owned(
                new CertifiedKey(issuer.oca(oca), oca), certifiedPek, pdh(certifiedPek), false);
    }

    /** A new Diffie-Hellman key. */
    CertifiedKey pdh(CertifiedKey pek) throws SevException {
        P384PrivateKey key = P384PrivateKey.random(random);
        return new CertifiedKey(issuer.pdh(key.publicKey(), pek.key()), key);
    }
}
