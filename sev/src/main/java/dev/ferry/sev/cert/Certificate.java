package dev.ferry.sev.cert;

import java.util.Optional;

/** A certificate of either format, with its bytes as they were. */
public sealed interface Certificate permits SevCertificate, AmdCertificate {

    /** Byte for byte what was parsed; a copy. */
    byte[] bytes();

    /** What its signatures cover; a copy. */
    byte[] signedBytes();

    /** The format's version; 1 is the only one of either. */
    int version();

    /** What the key is for, as a number. */
    int usageCode();

    /** What the key is for; empty if the number has no name. */
    default Optional<CertificateUsage> usage() {
        return CertificateUsage.of(usageCode());
    }

    /** The key as one that signs others. */
    SignerKey signerKey();
}
