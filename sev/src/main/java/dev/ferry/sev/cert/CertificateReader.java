package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads files of certificates one behind the other, in any order and of either format: single ones,
 * PEK|OCA|CEK, ASK|ARK. Neither format has a magic number; a SEV certificate is known by its usage
 * at 0x08, where AMD's have part of a random key id, and AMD's by usage and key sizes.
 */
public final class CertificateReader {

    /** Longest input that is looked at: far more than all certificates of a platform. */
    public static final int MAX_BYTES = 64 << 10;

    /** One certificate and where it began. */
    public record Found(int offset, Certificate certificate) {}

    /** What a file holds that is no certificate, and where. */
    public static final class UnreadableException extends SevException {
        private static final long serialVersionUID = 1L;

        private final int offset;
        private final String problem;

        private UnreadableException(
                FirmwareStatus status, String what, int offset, String problem) {
            super(status, what + " at 0x" + Integer.toHexString(offset) + ": " + problem);
            this.offset = offset;
            this.problem = what + ": " + problem;
        }

        /** Where in the file, in bytes. */
        public int offset() {
            return offset;
        }

        /** The message without the place. */
        public String problem() {
            return problem;
        }
    }

    private CertificateReader() {}

    /**
     * Takes a file apart.
     *
     * @return at least one
     * @throws UnreadableException INVALID_CERTIFICATE or INVALID_LENGTH, at the first byte that no
     *     certificate begins with or that is not enough for one
     */
    public static List<Found> read(byte[] file) throws UnreadableException {
        if (file.length == 0 || file.length > MAX_BYTES) {
            throw new UnreadableException(
                    FirmwareStatus.INVALID_LENGTH,
                    "certificates",
                    0,
                    "expected 1 to " + MAX_BYTES + " bytes, found " + file.length);
        }
        List<Found> all = new ArrayList<>();
        int at = 0;
        while (at < file.length) {
            Certificate certificate = one(file, at);
            all.add(new Found(at, certificate));
            at += certificate.bytes().length;
        }
        return List.copyOf(all);
    }

    private static Certificate one(byte[] file, int at) throws UnreadableException {
        if (beginsSev(file, at)) {
            require(file, at, SevCertificate.BYTES, "SEV certificate");
            return SevCertificate.at(file, at);
        }
        if (beginsAmd(file, at)) {
            int length = amdLength(file, at);
            require(file, at, length, "AMD certificate");
            return AmdCertificate.ofSound(Arrays.copyOfRange(file, at, at + length));
        }
        throw new UnreadableException(
                FirmwareStatus.INVALID_CERTIFICATE,
                "certificate",
                at,
                "expected version 1 and the usage of a SEV or AMD certificate, found neither");
    }

    private static void require(byte[] file, int at, int length, String what)
            throws UnreadableException {
        if (file.length - at < length) {
            throw new UnreadableException(
                    FirmwareStatus.INVALID_LENGTH,
                    what,
                    at,
                    "expected " + length + " bytes, found " + (file.length - at));
        }
    }

    private static boolean beginsSev(byte[] file, int at) {
        if (file.length - at < SevCertificate.KEY
                || LittleEndian.get32(file, at) != SevCertificate.VERSION) {
            return false;
        }
        int usage = LittleEndian.get32(file, at + SevCertificate.USAGE);
        return usage >= CertificateUsage.INVALID.code() && usage <= CertificateUsage.CEK.code();
    }

    private static boolean beginsAmd(byte[] file, int at) {
        if (file.length - at < AmdCertificate.FIXED_BYTES
                || LittleEndian.get32(file, at) != AmdCertificate.VERSION) {
            return false;
        }
        int usage = LittleEndian.get32(file, at + AmdCertificate.USAGE);
        return (usage == CertificateUsage.ARK.code() || usage == CertificateUsage.ASK.code())
                && AmdCertificate.isKeySize(
                        LittleEndian.get32(file, at + AmdCertificate.EXPONENT_BITS))
                && AmdCertificate.isKeySize(
                        LittleEndian.get32(file, at + AmdCertificate.MODULUS_BITS));
    }

    /**
     * An ARK's signature is as long as its modulus. An ASK's is as long as the ARK's modulus, which
     * may be elsewhere: the length that ends with the file or where a certificate begins.
     */
    private static int amdLength(byte[] file, int at) {
        int modulus = LittleEndian.get32(file, at + AmdCertificate.MODULUS_BITS) / 8;
        int signed =
                AmdCertificate.FIXED_BYTES
                        + LittleEndian.get32(file, at + AmdCertificate.EXPONENT_BITS) / 8
                        + modulus;
        int own = signed + modulus;
        if (LittleEndian.get32(file, at + AmdCertificate.USAGE) == CertificateUsage.ARK.code()) {
            return own;
        }
        int other = signed + (2048 + 4096) / 8 - modulus;
        return !endsWell(file, at + own) && endsWell(file, at + other) ? other : own;
    }

    private static boolean endsWell(byte[] file, int end) {
        return end == file.length
                || (end < file.length && (beginsSev(file, end) || beginsAmd(file, end)));
    }
}
