package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import org.jspecify.annotations.Nullable;

/**
 * A certificate and, where the platform has it, the private key that belongs to it. Holders share
 * the key; who replaces it closes it.
 */
final class CertifiedKey implements AutoCloseable {
    private final SevCertificate certificate;
    private final @Nullable P384PrivateKey key;

    CertifiedKey(SevCertificate certificate, @Nullable P384PrivateKey key) {
        this.certificate = certificate;
        this.key = key;
    }

    SevCertificate certificate() {
        return certificate;
    }

    boolean hasKey() {
        return key != null;
    }

    /**
     * The private key.
     *
     * @throws SevException UNSUPPORTED if only the certificate is known, as of a platform made from
     *     somebody else's certificates
     */
    P384PrivateKey key() throws SevException {
        if (key == null) {
            throw new SevException(
                    FirmwareStatus.UNSUPPORTED,
                    certificate + ": expected a platform that has its private key, found none");
        }
        return key;
    }

    /** The same key under another certificate. */
    CertifiedKey with(SevCertificate other) {
        return new CertifiedKey(other, key);
    }

    /** Another holder of the same key. */
    CertifiedKey copy() {
        return new CertifiedKey(certificate, key == null ? null : key.copy());
    }

    /** Erases the private key if the other has not the same. */
    @SuppressWarnings("ReferenceEquality") // the holder itself, not the number in it
    void closeUnlessSharedWith(@Nullable CertifiedKey other) {
        if (other == null || other.key != key) {
            close();
        }
    }

    @Override
    public void close() {
        if (key != null) {
            key.close();
        }
    }

    /** Tells the certificate alone. */
    @Override
    public String toString() {
        return certificate.toString();
    }
}
