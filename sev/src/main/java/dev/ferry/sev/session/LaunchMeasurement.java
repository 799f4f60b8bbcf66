package dev.ferry.sev.session;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What LAUNCH_MEASURE gives a guest's owner to compare: 48 bytes.
 *
 * <pre>
 *   0  measure  32   HMAC-SHA256(TIK; 04 | u8 API major | u8 API minor | u8 build
 *                                      | u32 policy | digest | nonce)
 *  32  nonce    16   chosen by the firmware
 * </pre>
 *
 * The digest is SHA-256 over all that was launched, in the order of the commands. Firmware before
 * API 0.17 leaves out what comes before the policy. Sources: AMD-ASPFW sev_mcmd_launch_measure;
 * sev-tool, calculate_measurement.
 */
public final class LaunchMeasurement {

    /** Bytes of measure and nonce. */
    public static final int BYTES = 48;

    /** Bytes of the measure alone. */
    public static final int MEASURE_BYTES = HmacSha256.BYTES;

    /** Bytes of the nonce. */
    public static final int NONCE_BYTES = 16;

    /** Bytes of the launch digest. */
    public static final int DIGEST_BYTES = 32;

    private static final int CONTEXT = 4;

    private final byte[] bytes;

    private LaunchMeasurement(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A firmware's version, as a measurement covers it.
     *
     * @param build only in measurements from API 0.17 on
     */
    public record Firmware(int apiMajor, int apiMinor, int build) {

        public Firmware {
            if ((apiMajor | apiMinor | build) >>> 8 != 0) {
                throw new IllegalArgumentException("API version and build are bytes");
            }
        }

        /** Whether measurements and launch secrets are of the form that came with API 0.17. */
        public boolean hasContext() {
            return apiMajor > 0 || apiMinor >= 17;
        }
    }

    /**
     * Computes the measurement that a firmware would give.
     *
     * @param digest SHA-256 of what was launched
     * @param nonce 16 bytes
     * @param keys the TIK of the launch session is used
     * @throws IllegalArgumentException if digest or nonce have another length
     */
    public static LaunchMeasurement compute(
            Firmware firmware,
            GuestPolicy policy,
            byte[] digest,
            byte[] nonce,
            TransportKeys keys) {
        if (digest.length != DIGEST_BYTES || nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("a digest has 32 bytes and a nonce has 16");
        }
        byte[] both = keys.bytes();
        byte[] tik = Arrays.copyOfRange(both, TransportKeys.KEY_BYTES, both.length);
        try {
            HmacSha256 mac = HmacSha256.keyed(tik);
            if (firmware.hasContext()) {
                mac.u8(CONTEXT)
                        .u8(firmware.apiMajor())
                        .u8(firmware.apiMinor())
                        .u8(firmware.build());
            }
            byte[] measure = mac.u32(policy.value()).bytes(digest).bytes(nonce).finish();
            byte[] bytes = Arrays.copyOf(measure, BYTES);
            System.arraycopy(nonce, 0, bytes, MEASURE_BYTES, NONCE_BYTES);
            return new LaunchMeasurement(bytes);
        } finally {
            Arrays.fill(both, (byte) 0);
            Arrays.fill(tik, (byte) 0);
        }
    }

    /**
     * Takes a measurement as it is.
     *
     * @throws SevException INVALID_LENGTH unless there are 48 bytes
     */
    public static LaunchMeasurement parse(byte[] bytes) throws SevException {
        if (bytes.length != BYTES) {
            throw new SevException(
                    FirmwareStatus.INVALID_LENGTH,
                    "launch measurement: expected " + BYTES + " bytes, found " + bytes.length);
        }
        return new LaunchMeasurement(bytes.clone());
    }

    /** Measure and nonce; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The measure, 32 bytes; a copy. */
    public byte[] measure() {
        return Arrays.copyOf(bytes, MEASURE_BYTES);
    }

    /** The nonce, 16 bytes; a copy. */
    public byte[] nonce() {
        return Arrays.copyOfRange(bytes, MEASURE_BYTES, BYTES);
    }

    /** Compares in a time that does not depend on where they differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof LaunchMeasurement that && HmacSha256.isEqual(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** Measure and nonce in hex. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
