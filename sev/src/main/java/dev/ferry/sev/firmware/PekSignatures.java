package dev.ferry.sev.firmware;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateSignature;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.SevCertificate;
import java.util.Arrays;

/**
 * A PEK's signatures as PEK_CSR takes them off and PEK_CERT_IMPORT puts the chip's back. Source:
 * AMD firmware sev_mcmd.c, sev_mcmd_pek_csr, sev_mcmd_pek_cert_import.
 */
final class PekSignatures {
    private static final int FIRST = SevCertificate.SIGNED_BYTES;
    private static final int SECOND = FIRST + CertificateSignature.BYTES;
    private static final int CEK = CertificateUsage.CEK.code();

    private PekSignatures() {}

    /** A certificate without either: PEK_CSR's answer, and the CEK as the platform exports it. */
    static SevCertificate without(SevCertificate certificate) throws SevException {
        byte[] bytes = certificate.bytes();
        Arrays.fill(bytes, FIRST, bytes.length, (byte) 0);
        markUnused(bytes, FIRST);
        markUnused(bytes, SECOND);
        return SevCertificate.parse(bytes);
    }

    /** The usage alone: the algorithm of no signature is 0. Little-endian. */
    private static void markUnused(byte[] bytes, int at) {
        bytes[at] = (byte) CertificateUsage.INVALID.code();
        bytes[at + 1] = (byte) (CertificateUsage.INVALID.code() >>> 8);
    }

    /**
     * The owner's PEK with the chip's signature of the one it was made from.
     *
     * @throws SevException INVALID_CERTIFICATE if it is another PEK, or has no room for it
     */
    static SevCertificate endorsed(SevCertificate own, SevCertificate imported)
            throws SevException {
        if (!Arrays.equals(own.signedBytes(), imported.signedBytes())) {
            throw invalid("expected what PEK_CSR gave, found another key or other fields");
        }
        int from;
        if (own.sig1().usageCode() == CEK) {
            from = FIRST;
        } else if (own.sig2().usageCode() == CEK) {
            from = SECOND;
        } else {
            throw invalid("expected the chip's signature on the platform's own, found none");
        }
        int to;
        if (imported.sig1().isUnused()) {
            to = FIRST;
        } else if (imported.sig2().isUnused()) {
            to = SECOND;
        } else {
            throw invalid("expected room for the chip's signature, found none");
        }
        byte[] bytes = imported.bytes();
        System.arraycopy(own.bytes(), from, bytes, to, CertificateSignature.BYTES);
        return SevCertificate.parse(bytes);
    }

    private static SevException invalid(String message) {
        return new SevException(FirmwareStatus.INVALID_CERTIFICATE, "PEK: " + message);
    }
}
