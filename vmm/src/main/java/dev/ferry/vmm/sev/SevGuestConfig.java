package dev.ferry.vmm.sev;

import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.vmm.hypercall.SevCpuid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/**
 * What {@code -object sev-guest} says.
 *
 * <pre>
 *  id=ID                   its name, for confidential-guest-support
 *  policy=N                the guest policy, 1 unless told
 *  cbitpos=N               32 to 63
 *  reduced-phys-bits=N     1 to 63
 *  sev-device=FILE         the platform, as "ferry sev platform create" makes it
 *  dh-cert-file=FILE       the owner's Diffie-Hellman certificate, base64; and
 *  session-file=FILE       the session that goes with it, base64
 *  kernel-hashes=off       cannot be turned on
 *  handle=0                cannot be another
 * </pre>
 *
 * Source: QEMU qapi/qom.json, SevGuestProperties; target/i386/sev.c.
 *
 * @param cpuid what the guest finds by CPUID
 * @param device the platform file
 * @param ownerDh empty if the owner takes no part
 * @param session goes with it
 */
@SuppressWarnings("ArrayRecordComponent")
public record SevGuestConfig(
        GuestPolicy policy, SevCpuid cpuid, Path device, byte[] ownerDh, byte[] session) {

    /** A base64 file of a certificate or a session has a hundredth of this. */
    private static final long MAX_FILE = 1 << 20;

    public SevGuestConfig {
        if (policy.has(GuestPolicy.Flag.ES)) {
            throw new IllegalArgumentException(
                    "sev-guest: policy "
                            + policy
                            + " demands SEV-ES (bit 2), which encrypts registers as well: that is"
                            + " not modelled");
        }
        if ((ownerDh.length == 0) != (session.length == 0)) {
            throw new IllegalArgumentException(
                    "sev-guest: dh-cert-file and session-file go together, found one of them");
        }
    }

    /** A guest whose owner takes no part. */
    public static SevGuestConfig of(GuestPolicy policy, SevCpuid cpuid, Path device) {
        return new SevGuestConfig(policy, cpuid, device, new byte[0], new byte[0]);
    }

    /**
     * Reads the options of {@code -object sev-guest}.
     *
     * @param options by name, without {@code qom-type}
     * @throws IllegalArgumentException in one sentence, for who wrote the option
     * @throws IOException if a file cannot be read
     */
    public static SevGuestConfig parse(Map<String, String> options) throws IOException {
        GuestPolicy policy = new GuestPolicy(1);
        int cBitPos = 0;
        int reduced = 0;
        Path device = null;
        byte[] ownerDh = {};
        byte[] session = {};
        for (Map.Entry<String, String> option : options.entrySet()) {
            String key = option.getKey();
            String value = option.getValue();
            switch (key) {
                case "id" -> {}
                case "policy" -> policy = new GuestPolicy((int) number(key, value, 0xffff_ffffL));
                case "cbitpos" -> cBitPos = (int) number(key, value, 63);
                case "reduced-phys-bits" -> reduced = (int) number(key, value, 63);
                case "sev-device" -> device = Path.of(value);
                case "dh-cert-file" -> ownerDh = base64(key, value);
                case "session-file" -> session = base64(key, value);
                case "kernel-hashes" ->
                        refuse(
                                value.equals("off"),
                                "kernel-hashes=" + value,
                                "a table of hashes for the firmware is not made: boot images are measured"
                                        + " themselves");
                case "handle" ->
                        refuse(
                                number(key, value, 0xffff_ffffL) == 0,
                                "handle=" + value,
                                "guests do not share keys");
                case "legacy-vm-type" -> {}
                default ->
                        throw new IllegalArgumentException(
                                "Property 'sev-guest." + key + "' not found");
            }
        }
        if (device == null) {
            throw new IllegalArgumentException(
                    "sev-guest: sev-device names no platform file; 'ferry sev platform create'"
                            + " makes one");
        }
        return new SevGuestConfig(policy, new SevCpuid(cBitPos, reduced), device, ownerDh, session);
    }

    private static void refuse(boolean fine, String option, String why) {
        if (!fine) {
            throw new IllegalArgumentException("sev-guest: " + option + ": " + why);
        }
    }

    private static long number(String key, String value, long most) {
        long number = -1;
        try {
            number = Long.decode(value);
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        if (number < 0 || number > most) {
            throw new IllegalArgumentException(
                    "sev-guest: "
                            + key
                            + ": expected a number up to "
                            + (most > 63 ? "0x" + Long.toHexString(most) : most)
                            + ", found '"
                            + value
                            + "'");
        }
        return number;
    }

    private static byte[] base64(String key, String value) throws IOException {
        Path file = Path.of(value);
        if (Files.size(file) > MAX_FILE) {
            throw new IllegalArgumentException(
                    "sev-guest: " + key + ": " + value + " has more than 1 MiB");
        }
        try {
            byte[] decoded = Base64.getMimeDecoder().decode(Files.readAllBytes(file));
            if (decoded.length == 0) {
                throw new IllegalArgumentException("nothing in it");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "sev-guest: " + key + ": " + value + " is not base64", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SevGuestConfig that
                && policy.equals(that.policy)
                && cpuid.equals(that.cpuid)
                && device.equals(that.device)
                && Arrays.equals(ownerDh, that.ownerDh)
                && Arrays.equals(session, that.session);
    }

    @Override
    public int hashCode() {
        return Objects.hash(policy, cpuid, device);
    }

    /** Tells no session. */
    @Override
    public String toString() {
        return "sev-guest, policy " + policy + ", platform " + device;
    }
}
