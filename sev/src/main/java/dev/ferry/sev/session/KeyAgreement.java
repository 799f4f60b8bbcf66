package dev.ferry.sev.session;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateKey;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;

/**
 * What two platforms agree on without telling it to anybody: X of the common point on P-384, 48
 * bytes, big-endian. Source: AMD-ASPFW ecdh.c; sev-tool crypto.cpp, calculate_shared_secret.
 */
public final class KeyAgreement {

    /** Bytes of the shared secret. */
    public static final int SECRET_BYTES = P384PrivateKey.BYTES;

    private KeyAgreement() {}

    /**
     * Agrees with the holder of a certificate's key. The certificate's signatures, usage and
     * version are the caller's matter.
     *
     * @return 48 bytes; who asks must zero them
     * @throws SevException INVALID_CERTIFICATE if the certificate's key is no point of P-384: off
     *     the curve, at infinity, of another curve, or no ECC key at all
     */
    public static byte[] sharedSecret(P384PrivateKey own, SevCertificate peer) throws SevException {
        if (peer.key().orElse(null) instanceof CertificateKey.Ecc point) {
            return own.agree(point);
        }
        throw new SevException(
                FirmwareStatus.INVALID_CERTIFICATE,
                "key agreement: expected an ECC key in the peer's certificate, found algorithm 0x"
                        + Integer.toHexString(peer.algorithmCode()));
    }
}
