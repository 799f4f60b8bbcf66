package dev.ferry.sev.session;

import static dev.ferry.sev.session.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an owner computes while his guest is launched. */
class LaunchTest {
    private static final LaunchMeasurement.Firmware API_1_51 =
            new LaunchMeasurement.Firmware(1, 51, 3);
    private static final LaunchMeasurement.Firmware API_0_16 =
            new LaunchMeasurement.Firmware(0, 16, 3);
    private static final byte[] MNONCE = hex("505152535455565758595a5b5c5d5e5f");
    private static final byte[] IV = hex("404142434445464748494a4b4c4d4e4f");
    private static final byte[] SECRET =
            hex("606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f");

    @Test
    void measuresAsTheFirmwareDoes() {
        try (TransportKeys keys = keys()) {
            assertEquals(
                    "939be7f0299fbf6716f8bae01fc8ef5e45e0aed318d02567aa3a50e0b963a11c"
                            + "505152535455565758595a5b5c5d5e5f",
                    measurement(API_1_51, keys).toString());
        }
    }

    /** From the tests of the virtee sev crate. */
    @Test
    void agreesWithVirtee() {
        try (TransportKeys keys =
                TransportKeys.of(new byte[16], hex("66320db73158a35a255d051758e95ed4"))) {
            LaunchMeasurement measurement =
                    LaunchMeasurement.compute(
                            new LaunchMeasurement.Firmware(0, 18, 15),
                            new GuestPolicy(0),
                            digestOfNothing(),
                            hex("4fbe0bedbad6c86ae8f68971d103e554"),
                            keys);
            assertEquals(
                    "6faab2daae389bcd3405a05d6cafe33c0414f7bedd0bae19ba5f38b7fd1664ea",
                    hex(measurement.measure()));
        }
    }

    /** Before API 0.17 neither the context nor the versions were covered. */
    @Test
    void olderFirmwareMeasuresLess() throws Exception {
        try (TransportKeys keys = keys()) {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(keys.integrity());
            mac.update(new byte[] {1, 0, 0, 0});
            mac.update(digestOfNothing());
            mac.update(MNONCE);
            assertArrayEquals(mac.doFinal(), measurement(API_0_16, keys).measure());
            assertEquals(
                    measurement(API_0_16, keys),
                    measurement(new LaunchMeasurement.Firmware(0, 12, 9), keys));
            assertNotEquals(
                    measurement(API_0_16, keys),
                    measurement(new LaunchMeasurement.Firmware(0, 17, 3), keys));
        }
    }

    @Test
    void aMeasurementIsReadBack() throws SevException {
        try (TransportKeys keys = keys()) {
            LaunchMeasurement measurement = measurement(API_1_51, keys);
            assertEquals(measurement, LaunchMeasurement.parse(measurement.bytes()));
            assertArrayEquals(MNONCE, LaunchMeasurement.parse(measurement.bytes()).nonce());
        }
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                assertThrows(SevException.class, () -> LaunchMeasurement.parse(new byte[47]))
                        .status());
    }

    @Test
    void sealsASecretAsTheFirmwareExpectsIt() throws SevException {
        try (TransportKeys keys = keys()) {
            LaunchMeasurement measurement = measurement(API_1_51, keys);
            LaunchSecret sealed = LaunchSecret.seal(SECRET, IV, API_1_51, measurement, keys);
            assertEquals(
                    "00000000404142434445464748494a4b4c4d4e4f"
                            + "ed35187e63d2e1b37f3fdb41c3b3880534f5747bc01710ed157f29d496912f02",
                    hex(sealed.header()));
            assertEquals(
                    "222abbd389a188ce84d0fb49870a5e2d4f2591408ff270c574e9e06ac6836066",
                    hex(sealed.ciphertext()));
            assertArrayEquals(SECRET, sealed.open(API_1_51, measurement, keys));
        }
    }

    @Test
    void aSecretBelongsToOneLaunch() throws SevException {
        try (TransportKeys keys = keys()) {
            LaunchMeasurement measurement = measurement(API_1_51, keys);
            LaunchMeasurement other =
                    LaunchMeasurement.compute(
                            API_1_51, new GuestPolicy(3), digestOfNothing(), MNONCE, keys);
            LaunchSecret sealed = LaunchSecret.seal(SECRET, IV, API_1_51, measurement, keys);
            assertRefused(FirmwareStatus.BAD_MEASUREMENT, sealed, other, keys);
            LaunchSecret old = LaunchSecret.seal(SECRET, IV, API_0_16, measurement, keys);
            assertArrayEquals(SECRET, old.open(API_0_16, other, keys));
            assertRefused(FirmwareStatus.BAD_MEASUREMENT, old, measurement, keys);
        }
    }

    @Test
    void noBitOfASecretMayChange() throws SevException {
        try (TransportKeys keys = keys()) {
            LaunchMeasurement measurement = measurement(API_1_51, keys);
            LaunchSecret sealed = LaunchSecret.seal(SECRET, IV, API_1_51, measurement, keys);
            for (int bit = 0; bit < 8 * 84; bit++) {
                byte[] header = sealed.header();
                byte[] ciphertext = sealed.ciphertext();
                byte[] hit = bit < 8 * 52 ? header : ciphertext;
                int at = bit < 8 * 52 ? bit : bit - 8 * 52;
                hit[at / 8] ^= (byte) (1 << at % 8);
                assertRefused(
                        FirmwareStatus.BAD_MEASUREMENT,
                        LaunchSecret.parse(header, ciphertext),
                        measurement,
                        keys);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 17, 0x5010})
    void aSecretHasALengthThatFirmwareTakes(int length) {
        try (TransportKeys keys = keys()) {
            SevException refused =
                    assertThrows(
                            SevException.class,
                            () ->
                                    LaunchSecret.seal(
                                            new byte[length],
                                            IV,
                                            API_1_51,
                                            measurement(API_1_51, keys),
                                            keys));
            assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
        }
    }

    private static void assertRefused(
            FirmwareStatus status,
            LaunchSecret secret,
            LaunchMeasurement measurement,
            TransportKeys keys) {
        SevException refused =
                assertThrows(SevException.class, () -> secret.open(API_1_51, measurement, keys));
        assertEquals(status, refused.status());
    }

    private static LaunchMeasurement measurement(
            LaunchMeasurement.Firmware firmware, TransportKeys keys) {
        return LaunchMeasurement.compute(
                firmware, new GuestPolicy(1), digestOfNothing(), MNONCE, keys);
    }

    private static TransportKeys keys() {
        return TransportKeys.of(Vectors.TEK, Vectors.TIK);
    }

    private static byte[] digestOfNothing() {
        try {
            return MessageDigest.getInstance("SHA-256").digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
