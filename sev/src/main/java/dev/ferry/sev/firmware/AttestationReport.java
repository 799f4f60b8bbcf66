package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.KeyAlgorithm;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What ATTESTATION gives: how the guest was launched, signed by the PEK. 208 bytes, little-endian.
 *
 * <pre>
 *   0  nonce          16   as asked
 *  16  launch digest  32   zeros for a guest that was received
 *  48  u32 policy
 *  52  u32 usage           0x1002, PEK
 *  56  u32 algorithm       2, ECDSA with SHA-256
 *  60  u32 0
 *  64  signature     144   over the first 52 bytes: r, s, 72 bytes each
 * </pre>
 *
 * Source: SEV API, ATTESTATION; AMD firmware sev_mcmd.c, sev_mcmd_attestation.
 */
final class AttestationReport {

    /** Bytes of a report. */
    static final int BYTES = 208;

    /** Bytes of the nonce. */
    static final int NONCE_BYTES = 16;

    private static final int SIGNED_BYTES = 52;

    private AttestationReport() {}

    static byte[] make(Platform platform, Guest guest, byte[] nonce) throws SevException {
        if (nonce.length != NONCE_BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_PARAM,
                    "ATTESTATION: nonce: expected 16 bytes, found " + nonce.length);
        }
        byte[] body =
                ByteBuffer.allocate(SIGNED_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(nonce)
                        .put(guest.launch().digest())
                        .putInt(guest.policy().value())
                        .array();
        CertifiedKey pek = platform.identity().pek();
        return ByteBuffer.allocate(BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(body)
                .putInt(CertificateUsage.PEK.code())
                .putInt(KeyAlgorithm.ECDSA_SHA256.code())
                .putInt(0)
                .put(pek.key().sign(body, platform.random()))
                .array();
    }
}
