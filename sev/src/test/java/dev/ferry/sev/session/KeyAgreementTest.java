package dev.ferry.sev.session;

import static dev.ferry.sev.session.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyAgreementTest {

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @Test
    void bothSidesGetTheSameSecret() throws SevException {
        try (P384PrivateKey a = P384PrivateKey.of(hex(Vectors.D_A));
                P384PrivateKey b = P384PrivateKey.of(hex(Vectors.D_B))) {
            assertEquals(Vectors.Z, hex(KeyAgreement.sharedSecret(a, pdh(b))));
            assertEquals(Vectors.Z, hex(KeyAgreement.sharedSecret(b, pdh(a))));
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void agreesWithTheForksFirmware(SevFixture capture) throws SevException {
        byte[] expected = capture.session("ecdh_shared_secret");
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey())) {
            SevCertificate peer = SevCertificate.parse(capture.session("source_pdh"));
            assertArrayEquals(expected, KeyAgreement.sharedSecret(own, peer));
        }
        try (P384PrivateKey own = P384PrivateKey.of(capture.source().pdhPrivateKey())) {
            SevCertificate peer = SevCertificate.parse(capture.destination().certificate("pdh"));
            assertArrayEquals(expected, KeyAgreement.sharedSecret(own, peer));
        }
    }

    @Test
    void aPointOffTheCurveIsRefused() throws SevException {
        byte[] off = pdhBytes();
        off[0x14] ^= 1;
        assertRefused(off);
    }

    /** In these coordinates the point at infinity can only be written as zeros. */
    @Test
    void thePointAtInfinityIsRefused() throws SevException {
        byte[] infinity = pdhBytes();
        Arrays.fill(infinity, 0x14, 0x14 + 144, (byte) 0);
        assertRefused(infinity);
    }

    @Test
    void anotherCurveIsRefused() throws SevException {
        for (int curve : new int[] {0, 1, 3, 255}) {
            byte[] other = pdhBytes();
            other[0x10] = (byte) curve;
            assertRefused(other);
        }
    }

    /** X plus the field's prime is the same point to careless arithmetic. */
    @Test
    void aCoordinateBeyondTheFieldIsRefused() throws SevException {
        byte[] beyond = pdhBytes();
        beyond[0x14 + 48] = 1;
        assertRefused(beyond);
    }

    @Test
    void anotherKindOfKeyIsRefused() throws SevException {
        for (int algorithm : new int[] {0, 1, 0x77}) {
            byte[] other = pdhBytes();
            other[0x0c] = (byte) algorithm;
            assertRefused(other);
        }
    }

    private static void assertRefused(byte[] certificate) throws SevException {
        SevCertificate peer = SevCertificate.parse(certificate);
        try (P384PrivateKey own = P384PrivateKey.of(hex(Vectors.D_A))) {
            SevException refused =
                    assertThrows(SevException.class, () -> KeyAgreement.sharedSecret(own, peer));
            assertEquals(FirmwareStatus.INVALID_CERTIFICATE, refused.status());
        }
    }

    private static byte[] pdhBytes() throws SevException {
        try (P384PrivateKey b = P384PrivateKey.of(hex(Vectors.D_B))) {
            return pdh(b).bytes();
        }
    }

    private static SevCertificate pdh(P384PrivateKey key) {
        return new CertificateIssuer(1, 51, new SecureRandom())
                .unsigned(CertificateUsage.PDH, key.publicKey());
    }
}
