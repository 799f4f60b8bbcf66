package dev.ferry.sev.session;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;

/**
 * A secret that the owner puts into a guest before it runs, as LAUNCH_SECRET takes it: the header
 * of a packet and the ciphertext.
 *
 * <pre>
 *  header  u32 flags (0) | IV 16 | MAC 32
 *  ct      AES-128-CTR(TEK, IV; secret)
 *  MAC     HMAC-SHA256(TIK; 01 | u32 flags | IV | u32 length | u32 length | ct | measure)
 * </pre>
 *
 * The measure binds it to one launch; firmware before API 0.17 leaves it out. Integers are
 * little-endian. Sources: AMD-ASPFW sev_mcmd_launch_secret; sev-tool, create_launch_secret_header.
 */
public final class LaunchSecret {

    /** Bytes of the header. */
    public static final int HEADER_BYTES = 52;

    /** Longest secret. */
    public static final int MAX_BYTES = 0x5000;

    /** A secret's length is a multiple of this. */
    public static final int UNIT_BYTES = 16;

    private static final int CONTEXT = 1;
    private static final int IV = 4;
    private static final int IV_BYTES = 16;
    private static final int MAC = 20;

    private final byte[] header;
    private final byte[] ciphertext;

    private LaunchSecret(byte[] header, byte[] ciphertext) {
        this.header = header;
        this.ciphertext = ciphertext;
    }

    /**
     * Takes a packet as it is.
     *
     * @throws SevException INVALID_LENGTH unless the header has 52 bytes and the ciphertext a
     *     length that a secret may have
     */
    public static LaunchSecret parse(byte[] header, byte[] ciphertext) throws SevException {
        if (header.length != HEADER_BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "launch secret header: expected 52 bytes, found " + header.length);
        }
        requireLength(ciphertext.length);
        return new LaunchSecret(header.clone(), ciphertext.clone());
    }

    /**
     * Encrypts a secret for one launch.
     *
     * @param iv 16 bytes, never used before with these keys
     * @throws SevException INVALID_LENGTH if the secret is empty, longer than 20 KiB, or no
     *     multiple of 16
     */
    public static LaunchSecret seal(
            byte[] secret,
            byte[] iv,
            LaunchMeasurement.Firmware firmware,
            LaunchMeasurement measurement,
            TransportKeys keys)
            throws SevException {
        requireLength(secret.length);
        if (iv.length != IV_BYTES) {
            throw new IllegalArgumentException("an IV has 16 bytes");
        }
        byte[] ciphertext = crypt(keys, iv, secret);
        byte[] header = new byte[HEADER_BYTES];
        System.arraycopy(iv, 0, header, IV, IV_BYTES);
        byte[] mac = mac(header, ciphertext, firmware, measurement, keys);
        System.arraycopy(mac, 0, header, MAC, mac.length);
        return new LaunchSecret(header, ciphertext);
    }

    /**
     * Decrypts the secret, after looking at its MAC.
     *
     * @return the secret; who asks must zero it
     * @throws SevException INVALID_LENGTH, BAD_MEASUREMENT if the MAC is wrong, or UNSUPPORTED if
     *     it says that it is compressed, in this order as the firmware has it
     */
    public byte[] open(
            LaunchMeasurement.Firmware firmware, LaunchMeasurement measurement, TransportKeys keys)
            throws SevException {
        byte[] mac = mac(header, ciphertext, firmware, measurement, keys);
        if (!HmacSha256.isEqual(mac, Arrays.copyOfRange(header, MAC, HEADER_BYTES))) {
            throw new SevException(
                    FirmwareStatus.BAD_MEASUREMENT,
                    "launch secret: the MAC is wrong: not made for this launch, or altered");
        }
        if ((header[0] & 1) != 0) {
            throw new SevException(FirmwareStatus.UNSUPPORTED, "launch secret: it is compressed");
        }
        return crypt(keys, Arrays.copyOfRange(header, IV, MAC), ciphertext);
    }

    /** Flags, IV and MAC, 52 bytes; a copy. */
    public byte[] header() {
        return header.clone();
    }

    /** The encrypted secret; a copy. */
    public byte[] ciphertext() {
        return ciphertext.clone();
    }

    private static void requireLength(int length) throws SevException {
        if (length == 0 || length > MAX_BYTES || length % UNIT_BYTES != 0) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "launch secret: expected a multiple of 16 bytes up to 0x5000, found 0x"
                            + Integer.toHexString(length));
        }
    }

    private static byte[] mac(
            byte[] header,
            byte[] ciphertext,
            LaunchMeasurement.Firmware firmware,
            LaunchMeasurement measurement,
            TransportKeys keys) {
        byte[] both = keys.bytes();
        byte[] tik = Arrays.copyOfRange(both, TransportKeys.KEY_BYTES, both.length);
        try {
            HmacSha256 mac =
                    HmacSha256.keyed(tik)
                            .u8(CONTEXT)
                            .bytes(Arrays.copyOf(header, MAC))
                            .u32(ciphertext.length)
                            .u32(ciphertext.length)
                            .bytes(ciphertext);
            if (firmware.hasContext()) {
                mac.bytes(measurement.measure());
            }
            return mac.finish();
        } finally {
            Arrays.fill(both, (byte) 0);
            Arrays.fill(tik, (byte) 0);
        }
    }

    private static byte[] crypt(TransportKeys keys, byte[] iv, byte[] text) {
        try {
            Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, keys.encryption(), new IvParameterSpec(iv));
            return cipher.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no AES in counter mode", e);
        }
    }
}
