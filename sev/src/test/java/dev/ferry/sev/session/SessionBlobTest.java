package dev.ferry.sev.session;

import static dev.ferry.sev.session.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SessionBlobTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final GuestPolicy POLICY = new GuestPolicy(1);

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0309ecd6ccafd5f200fd057c09462e89defb17ce8b527e62d6602b035d4bf3cd"
                + "18ae664352701bbdbf8ecfa2e0cb740bf8754f42df613bdffb55de31fa6b460c",
        "0x37010031, 0309ecd6ccafd5f200fd057c09462e89defb17ce8b527e62d6602b035d4bf3cd"
                + "d9831e2875016576ca55a518e7525aaac2b83937f3f9d086a7e2a05f779c4cdc"
    })
    void isMadeAsTheFirmwareMakesIt(String policy, String macs) throws SevException {
        GuestPolicy word = new GuestPolicy(Integer.decode(policy));
        try (P384PrivateKey a = P384PrivateKey.of(hex(Vectors.D_A));
                P384PrivateKey b = P384PrivateKey.of(hex(Vectors.D_B));
                TransportKeys keys = TransportKeys.of(Vectors.TEK, Vectors.TIK)) {
            SessionBlob blob =
                    SessionBlob.create(a, pdh(b), word, keys, Vectors.NONCE, Vectors.WRAP_IV);
            assertEquals(
                    "000102030405060708090a0b0c0d0e0f"
                            + "cf98f16d3125ec51875a3b070b56e0597c6b11eba38130dfbebce9f605d8c08a"
                            + "303132333435363738393a3b3c3d3e3f"
                            + macs,
                    hex(blob.bytes()));
            try (TransportKeys opened = blob.open(b, pdh(a), word)) {
                assertKeys(Vectors.TEK, Vectors.TIK, opened);
            }
        }
    }

    /** From the tests of the virtee sev crate. */
    @Test
    void agreesWithVirtee() {
        byte[] zeros = new byte[16];
        try (WrapKeys wrap = WrapKeys.derive(zeros, zeros);
                TransportKeys keys = TransportKeys.of(zeros, zeros)) {
            SessionBlob blob = SessionBlob.seal(wrap, new GuestPolicy(0), keys, zeros, zeros);
            assertEquals(
                    "2137bc7f9bb8bd7c3e55a576a15d3454b3856b8ba27afadf46dcfee9f02c02c4",
                    hex(blob.wrappedKeys()));
            assertEquals(
                    "3176c0752738bd9d5e86689534020f528c088f16238826b000b327dee6aeed7d",
                    hex(blob.wrapMac()));
            assertEquals(
                    "aa7855e13839dd767cd5da7c1ff5036540c9264b7a803029315e55375287b4af",
                    hex(blob.policyMac()));
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void opensWithTheDestinationsKey(SevFixture capture) throws SevException {
        SessionBlob blob = SessionBlob.parse(capture.session("session_blob"));
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey());
                TransportKeys keys =
                        blob.open(
                                own,
                                SevCertificate.parse(capture.session("source_pdh")),
                                new GuestPolicy(capture.policy()))) {
            assertKeys(capture.session("tek"), capture.session("tik"), keys);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void isMadeAgainWithTheSourcesKey(SevFixture capture) throws SevException {
        SessionBlob captured = SessionBlob.parse(capture.session("session_blob"));
        try (P384PrivateKey own = P384PrivateKey.of(capture.source().pdhPrivateKey());
                TransportKeys keys =
                        TransportKeys.of(capture.session("tek"), capture.session("tik"))) {
            SessionBlob made =
                    SessionBlob.create(
                            own,
                            SevCertificate.parse(capture.destination().certificate("pdh")),
                            new GuestPolicy(capture.policy()),
                            keys,
                            capture.session("nonce"),
                            captured.wrapIv());
            assertArrayEquals(captured.bytes(), made.bytes());
            assertEquals(captured, made);
        }
    }

    /** Every bit matters, and every field is caught by one of the two MACs. */
    @Test
    void noBitMayChange() throws SevException {
        SevFixture capture = SevFixtures.all().getFirst();
        SevCertificate peer = SevCertificate.parse(capture.session("source_pdh"));
        byte[] bytes = capture.session("session_blob");
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey())) {
            byte[] secret = KeyAgreement.sharedSecret(own, peer);
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                byte[] changed = bytes.clone();
                changed[bit / 8] ^= (byte) (1 << bit % 8);
                SessionBlob blob = SessionBlob.parse(changed);
                try (WrapKeys wrap = WrapKeys.derive(secret, blob.nonce())) {
                    SevException refused =
                            assertThrows(
                                    SevException.class,
                                    () -> blob.unseal(wrap, new GuestPolicy(capture.policy())));
                    assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused.status(), "bit " + bit);
                    boolean byPolicyMac = bit / 8 >= 96 || (bit / 8 >= 48 && bit / 8 < 64);
                    assertEquals(
                            byPolicyMac,
                            String.valueOf(refused.getMessage()).contains("policy MAC"),
                            "bit " + bit + ": " + refused.getMessage());
                }
            }
        }
    }

    @Test
    void anotherPolicyDoesNotOpenIt() throws SevException {
        SevFixture capture = SevFixtures.all().getFirst();
        SessionBlob blob = SessionBlob.parse(capture.session("session_blob"));
        SevCertificate peer = SevCertificate.parse(capture.session("source_pdh"));
        try (P384PrivateKey own = P384PrivateKey.of(capture.destination().pdhPrivateKey())) {
            for (int bit = 0; bit < 32; bit++) {
                GuestPolicy other = new GuestPolicy(capture.policy() ^ 1 << bit);
                SevException refused =
                        assertThrows(SevException.class, () -> blob.open(own, peer, other));
                assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused.status());
            }
        }
    }

    @Test
    void anotherPlatformDoesNotOpenIt() throws SevException {
        try (P384PrivateKey source = P384PrivateKey.random(RANDOM);
                P384PrivateKey destination = P384PrivateKey.random(RANDOM);
                P384PrivateKey stranger = P384PrivateKey.random(RANDOM);
                TransportKeys keys = TransportKeys.random(RANDOM)) {
            SessionBlob blob = SessionBlob.create(source, pdh(destination), POLICY, keys, RANDOM);
            SevCertificate peer = pdh(source);
            SevException refused =
                    assertThrows(SevException.class, () -> blob.open(stranger, peer, POLICY));
            assertEquals(FirmwareStatus.BAD_MEASUREMENT, refused.status());
        }
    }

    /** A peer's certificate must be a PDH, whichever way the blob goes. */
    @Test
    void thePeerMustHaveAPdh() throws SevException {
        try (P384PrivateKey own = P384PrivateKey.random(RANDOM);
                TransportKeys keys = TransportKeys.random(RANDOM)) {
            SessionBlob blob = SessionBlob.create(own, pdh(own), POLICY, keys, RANDOM);
            byte[] broken = pdh(own).bytes();
            broken[0x14] ^= 1;
            for (SevCertificate peer : List.of(issuer().oca(own), SevCertificate.parse(broken))) {
                for (SevException refused :
                        List.of(
                                assertThrows(
                                        SevException.class, () -> blob.open(own, peer, POLICY)),
                                assertThrows(
                                        SevException.class,
                                        () ->
                                                SessionBlob.create(
                                                        own, peer, POLICY, keys, RANDOM)))) {
                    assertEquals(FirmwareStatus.INVALID_CERTIFICATE, refused.status());
                }
            }
        }
    }

    @Test
    void hasItsOwnNonceAndIvEachTime() throws SevException {
        try (P384PrivateKey own = P384PrivateKey.random(RANDOM);
                TransportKeys keys = TransportKeys.random(RANDOM)) {
            SessionBlob one = SessionBlob.create(own, pdh(own), POLICY, keys, RANDOM);
            SessionBlob other = SessionBlob.create(own, pdh(own), POLICY, keys, RANDOM);
            assertFalse(java.util.Arrays.equals(one.nonce(), other.nonce()));
            assertFalse(java.util.Arrays.equals(one.wrapIv(), other.wrapIv()));
        }
    }

    @Test
    void has128Bytes() {
        for (int length : new int[] {0, 127, 129}) {
            SevException refused =
                    assertThrows(SevException.class, () -> SessionBlob.parse(new byte[length]));
            assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
            assertEquals("session: expected 128 bytes, found " + length, refused.getMessage());
        }
    }

    @Test
    void nothingTellsAKey() throws SevException {
        try (P384PrivateKey a = P384PrivateKey.of(hex(Vectors.D_A));
                P384PrivateKey b = P384PrivateKey.of(hex(Vectors.D_B));
                TransportKeys keys = TransportKeys.of(Vectors.TEK, Vectors.TIK);
                WrapKeys wrap = WrapKeys.derive(hex(Vectors.Z), Vectors.NONCE)) {
            SessionBlob blob =
                    SessionBlob.create(a, pdh(b), POLICY, keys, Vectors.NONCE, Vectors.WRAP_IV);
            StringWriter said = new StringWriter();
            said.append(blob + " " + keys + " " + wrap + " " + a);
            assertThrows(SevException.class, () -> blob.open(b, pdh(a), new GuestPolicy(2)))
                    .printStackTrace(new PrintWriter(said));
            assertThrows(SevException.class, () -> blob.open(a, pdh(a), POLICY))
                    .printStackTrace(new PrintWriter(said));
            for (String secret :
                    List.of(
                            Vectors.D_A,
                            Vectors.Z,
                            hex(Vectors.TEK),
                            hex(Vectors.TIK),
                            "46257166a005c30479ac951e0b34d3c4",
                            "457c704cc1ba33d2fcdfec0f15cf4bf9",
                            "4d5100e442e548eacb57f63fe0da185b")) {
                String tail = secret.substring(secret.length() - 16);
                assertFalse(said.toString().contains(tail), said.toString());
            }
        }
    }

    @Test
    void closingZeroesTheWrapKeys() throws ReflectiveOperationException {
        WrapKeys wrap = WrapKeys.derive(hex(Vectors.Z), Vectors.NONCE);
        wrap.close();
        for (String name : List.of("kek", "kik")) {
            var field = WrapKeys.class.getDeclaredField(name);
            field.setAccessible(true);
            assertArrayEquals(new byte[16], (byte[]) field.get(wrap), name);
        }
    }

    private static void assertKeys(byte[] tek, byte[] tik, TransportKeys keys) {
        assertArrayEquals(tek, keys.encryption().getEncoded());
        assertArrayEquals(tik, keys.integrity().getEncoded());
    }

    private static CertificateIssuer issuer() {
        return new CertificateIssuer(1, 51, RANDOM);
    }

    private static SevCertificate pdh(P384PrivateKey key) {
        return issuer().unsigned(CertificateUsage.PDH, key.publicKey());
    }
}
