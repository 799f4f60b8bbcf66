package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;

/**
 * A platform's certificates as PDH_CERT_EXPORT gives them beside the PDH, and as QEMU takes them
 * for {@code sev-plat-cert}: PEK, OCA, CEK, 6252 bytes.
 */
public record PlatformChain(SevCertificate pek, SevCertificate oca, SevCertificate cek) {

    /** Bytes of a chain. */
    public static final int BYTES = 3 * SevCertificate.BYTES;

    /**
     * Takes a chain as it is.
     *
     * @throws SevException INVALID_LENGTH unless there are 6252 bytes
     */
    public static PlatformChain parse(byte[] bytes) throws SevException {
        if (bytes.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "platform certificates: expected " + BYTES + " bytes, found " + bytes.length);
        }
        return new PlatformChain(
                SevCertificate.at(bytes, 0),
                SevCertificate.at(bytes, SevCertificate.BYTES),
                SevCertificate.at(bytes, 2 * SevCertificate.BYTES));
    }

    /** Byte for byte what was parsed. */
    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        System.arraycopy(pek.bytes(), 0, bytes, 0, SevCertificate.BYTES);
        System.arraycopy(oca.bytes(), 0, bytes, SevCertificate.BYTES, SevCertificate.BYTES);
        System.arraycopy(cek.bytes(), 0, bytes, 2 * SevCertificate.BYTES, SevCertificate.BYTES);
        return bytes;
    }
}
