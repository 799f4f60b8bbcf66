package dev.ferry.vmm.sev;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.vmm.hypercall.SevCpuid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SevGuestConfigTest {

    @TempDir Path directory;

    private final Map<String, String> options =
            new HashMap<>(
                    Map.of(
                            "id", "sev0",
                            "cbitpos", "51",
                            "reduced-phys-bits", "1",
                            "sev-device", "host.json"));

    @Test
    void optionsAreQemus() throws IOException {
        assertEquals(
                SevGuestConfig.of(new GuestPolicy(1), new SevCpuid(51, 1), Path.of("host.json")),
                SevGuestConfig.parse(options));
        options.put("policy", "0x31");
        options.put("kernel-hashes", "off");
        options.put("handle", "0");
        assertEquals(new GuestPolicy(0x31), SevGuestConfig.parse(options).policy());
    }

    @Test
    void sessionAndCertificateAreBase64Files() throws IOException {
        Path certificate = Files.writeString(directory.resolve("dh"), "AQID\n");
        Path session = Files.writeString(directory.resolve("session"), "BAUG");
        options.put("dh-cert-file", certificate.toString());
        options.put("session-file", session.toString());
        SevGuestConfig config = SevGuestConfig.parse(options);
        assertArrayEquals(new byte[] {1, 2, 3}, config.ownerDh());
        assertArrayEquals(new byte[] {4, 5, 6}, config.session());
        options.remove("session-file");
        assertRefused("sev-guest: dh-cert-file and session-file go together, found one of them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "policy|0x100000000|sev-guest: policy: expected a number up to 0xffffffff, found"
                        + " '0x100000000'",
                "policy|5|sev-guest: policy 0x5 demands SEV-ES (bit 2), which encrypts registers as"
                        + " well: that is not modelled",
                "cbitpos|12|C-bit: expected 32 to 63, found 12",
                "cbitpos|x|sev-guest: cbitpos: expected a number up to 63, found 'x'",
                "reduced-phys-bits|0|reduced physical address bits: expected 1 to 63, found 0",
                "kernel-hashes|on|sev-guest: kernel-hashes=on: a table of hashes for the firmware"
                        + " is not made: boot images are measured themselves",
                "handle|1|sev-guest: handle=1: guests do not share keys",
                "color|red|Property 'sev-guest.color' not found",
            })
    void whatCannotBeIsRefusedInASentence(String key, String value, String sentence) {
        options.put(key, value);
        assertRefused(sentence);
    }

    @Test
    void thereMustBeAPlatform() {
        options.remove("sev-device");
        assertRefused(
                "sev-guest: sev-device names no platform file; 'ferry sev platform create' makes"
                        + " one");
    }

    private void assertRefused(String sentence) {
        assertEquals(
                sentence,
                assertThrows(IllegalArgumentException.class, () -> SevGuestConfig.parse(options))
                        .getMessage());
    }
}
