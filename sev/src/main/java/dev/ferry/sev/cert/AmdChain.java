package dev.ferry.sev.cert;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Arrays;

/**
 * AMD's certificates as QEMU takes them for {@code sev-amd-cert}: ASK, ARK.
 *
 * <pre>
 *           ARK 2048   ARK 4096
 *  ASK 2048     1664       2688   bytes
 *  ASK 4096     2176       3200
 * </pre>
 *
 * The ASK's signature is as long as the ARK's modulus, whatever the ASK's own is. (The published
 * firmware checks for these lengths, but takes the ASK's own when it looks for the ARK behind it,
 * so that it finds none in a chain of mixed sizes. Source: AMD-ASPFW amd_cert.c,
 * amd_cert_chain_length_is_valid, amd_cert_get_size.)
 */
public record AmdChain(AmdCertificate ask, AmdCertificate ark) {

    private static final int SMALL = 2048 / 8;
    private static final int LARGE = 4096 / 8;

    /**
     * Takes a chain as it is.
     *
     * @throws SevException INVALID_LENGTH if it has none of the four lengths, INVALID_CERTIFICATE
     *     if the sizes that the certificates state are not those of its length
     */
    public static AmdChain parse(byte[] bytes) throws SevException {
        for (int ask : new int[] {SMALL, LARGE}) {
            for (int ark : new int[] {SMALL, LARGE}) {
                int askBytes = AmdCertificate.FIXED_BYTES + 2 * ask + ark;
                int arkBytes = AmdCertificate.FIXED_BYTES + 3 * ark;
                if (bytes.length == askBytes + arkBytes) {
                    return split(bytes, askBytes, 8 * ask, 8 * ark);
                }
            }
        }
        throw new SevException(
                FirmwareStatus.INVALID_LENGTH,
                "AMD certificates: expected 1664, 2176, 2688 or 3200 bytes, found " + bytes.length);
    }

    /** Whether a chain of AMD's certificates may have that length. */
    public static boolean isLength(int length) {
        return length == 1664 || length == 2176 || length == 2688 || length == 3200;
    }

    private static AmdChain split(byte[] bytes, int askBytes, int askBits, int arkBits)
            throws SevException {
        AmdCertificate ask = sized(Arrays.copyOf(bytes, askBytes), askBits, "ASK");
        AmdCertificate ark =
                sized(Arrays.copyOfRange(bytes, askBytes, bytes.length), arkBits, "ARK");
        return new AmdChain(ask, ark);
    }

    private static AmdCertificate sized(byte[] bytes, int bits, String what) throws SevException {
        for (int at : new int[] {AmdCertificate.EXPONENT_BITS, AmdCertificate.MODULUS_BITS}) {
            int found = LittleEndian.get32(bytes, at);
            if (found != bits) {
                throw new SevException(
                        FirmwareStatus.INVALID_CERTIFICATE,
                        "AMD certificates, key of the "
                                + what
                                + ": expected "
                                + bits
                                + " bits for this length, found "
                                + Integer.toUnsignedString(found));
            }
        }
        return AmdCertificate.parse(bytes);
    }

    /** Byte for byte what was parsed. */
    public byte[] bytes() {
        byte[] first = ask.bytes();
        byte[] second = ark.bytes();
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
