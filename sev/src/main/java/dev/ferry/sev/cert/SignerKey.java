package dev.ferry.sev.cert;

import java.util.Optional;

/**
 * A key that certificates are checked against.
 *
 * @param usageCode the key's usage; a signature must name it
 * @param algorithmCode the key's algorithm; a signature must name it
 * @param key empty if the algorithm is unknown
 */
public record SignerKey(int usageCode, int algorithmCode, Optional<CertificateKey> key) {

    /** Whether usage and algorithm are known and the numbers are a key. */
    public boolean isWellFormed() {
        return isKnownUsage(usageCode) && key.isPresent() && key.get().isWellFormed();
    }

    static boolean isKnownUsage(int code) {
        return CertificateUsage.of(code)
                .filter(usage -> usage != CertificateUsage.INVALID)
                .isPresent();
    }
}
