package dev.ferry.sev.firmware;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An owner of platforms, and how platforms come into its possession. */
final class Owners {
    static final Owners ONE = new Owners();
    static final Owners OTHER = new Owners();

    private final P384PrivateKey key = P384PrivateKey.random(Platforms.RANDOM);
    private final CertificateIssuer issuer = new CertificateIssuer(1, 55, Platforms.RANDOM);
    final SevCertificate certificate;

    private Owners() {
        try {
            certificate = issuer.oca(key);
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    /** Signs what PEK_CSR gave. */
    SevCertificate sign(SevCertificate request) throws SevException {
        return issuer.signed(request, CertificateUsage.OCA, key);
    }

    /** The same platform after PEK_CERT_IMPORT, by way of a file. */
    PlatformFile takes(PlatformFile platform) {
        try {
            Path file = Files.createTempFile("ferry-platform", ".json");
            try {
                platform.write(file);
                try (SecureProcessor firmware = SecureProcessor.load(file, Platforms.RANDOM)) {
                    firmware.init(InitParameters.SEV);
                    firmware.pekCertImport(
                            sign(firmware.pekCsr(SevCertificate.BYTES)).bytes(),
                            certificate.bytes());
                }
                return PlatformFile.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException | SevException e) {
            throw new AssertionError(e);
        }
    }
}
