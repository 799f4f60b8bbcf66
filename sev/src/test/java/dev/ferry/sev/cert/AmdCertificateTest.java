package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AmdCertificateTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    static List<String> generations() {
        return SevFixtures.GENERATIONS;
    }

    @ParameterizedTest
    @MethodSource("generations")
    void fieldsOfRealCertificates(String generation) throws SevException {
        int bits = generation.equals("naples") ? 2048 : 4096;
        AmdCertificate ark = real(generation, CertificateUsage.ARK);
        AmdCertificate ask = real(generation, CertificateUsage.ASK);
        for (AmdCertificate certificate : List.of(ark, ask)) {
            assertEquals(1, certificate.version());
            assertEquals(bits, certificate.key().modulusBits());
            assertEquals(65537, certificate.key().exponent().intValueExact());
            assertEquals(bits / 8, certificate.signature().length);
            assertEquals(64 + 2 * bits / 8, certificate.signedLength());
            assertArrayEquals(ark.keyId(), certificate.certifyingId());
        }
        assertEquals(Optional.of(CertificateUsage.ARK), ark.usage());
        assertEquals(Optional.of(CertificateUsage.ASK), ask.usage());
        assertFalse(Arrays.equals(ark.keyId(), ask.keyId()));
    }

    @ParameterizedTest
    @MethodSource("generations")
    void everyRootIsKnownByItsDigest(String generation) throws SevException {
        AmdCertificate ark = real(generation, CertificateUsage.ARK);
        KnownArk known = KnownArk.of(ark).orElseThrow();
        assertEquals(generation, known.generation().toLowerCase(Locale.ROOT));
        assertTrue(TrustedArks.amd().contains(ark));
        assertTrue(TrustedArks.only(known.sha384()).contains(ark));
        AmdCertificate ask = real(generation, CertificateUsage.ASK);
        assertEquals(Optional.empty(), KnownArk.of(ask));
        assertFalse(TrustedArks.amd().contains(ask));
    }

    @Test
    void thePlatformsOfTheCapturesHaveRootsOfTheirOwn() throws SevException {
        for (SevFixture capture : SevFixtures.all()) {
            AmdChain chain = AmdChain.parse(capture.destination().amdChain());
            assertArrayEquals(capture.destination().arkSha384(), chain.ark().sha384());
            assertArrayEquals(capture.destination().amdChain(), chain.bytes());
            assertEquals(Optional.empty(), KnownArk.of(chain.ark()));
        }
    }

    /** AMD's own example of a damaged root: it ends too soon. */
    @Test
    void aRootThatEndsTooSoonIsRefused() throws Exception {
        byte[] bad = SevFixtures.certificate("naples", "ark.cert.bad");
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                assertThrows(SevException.class, () -> AmdCertificate.parse(bad)).status());
    }

    /**
     * The ASK's signature has the ARK's size, so chains of mixed sizes have lengths of their own.
     */
    @ParameterizedTest
    @CsvSource({"2048, 2048, 1664", "2048, 4096, 2688", "4096, 2048, 2176", "4096, 4096, 3200"})
    void chainsOfAllSizesAreMadeAndSplit(int askBits, int arkBits, int length) throws SevException {
        AmdKey arkKey = TestKeys.rsa(arkBits);
        AmdKey askKey = TestKeys.otherRsa(askBits);
        AmdCertificateIssuer issuer = new AmdCertificateIssuer(RANDOM);
        AmdCertificate ark = issuer.ark(arkKey);
        AmdCertificate ask = issuer.ask(askKey.publicKey(), ark, arkKey);
        byte[] bytes = new AmdChain(ask, ark).bytes();
        assertEquals(length, bytes.length);
        assertTrue(AmdChain.isLength(length));
        AmdChain chain = AmdChain.parse(bytes);
        assertEquals(ask, chain.ask());
        assertEquals(ark, chain.ark());
        assertEquals(Verdict.VALID, AmdCertificateValidator.ask(chain.ask(), chain.ark()));
        TrustedArks trusted = TrustedArks.only(ark);
        assertEquals(Verdict.VALID, AmdCertificateValidator.ark(chain.ark(), trusted));
        assertEquals(
                FirmwareStatus.INVALID_CERTIFICATE,
                AmdCertificateValidator.ark(chain.ark(), TrustedArks.amd()).status());

        try (P384PrivateKey cek = P384PrivateKey.random(RANDOM)) {
            SevCertificate certificate =
                    new CertificateIssuer(1, 51, RANDOM).cek(cek.publicKey(), askKey);
            assertEquals(
                    askBits == 2048 ? "ASK, RSA_SHA256" : "ASK, RSA_SHA384",
                    certificate.sig1().toString());
            assertEquals(
                    Verdict.VALID,
                    CertificateValidator.validate(certificate, chain.ask().signerKey()));
        }
    }

    @Test
    void aChainWhoseSizesAreNotThoseOfItsLengthIsRefused() throws SevException {
        byte[] rome =
                new AmdChain(real("rome", CertificateUsage.ASK), real("rome", CertificateUsage.ARK))
                        .bytes();
        for (int at : new int[] {0x38, 0x3c, 1600 + 0x38, 1600 + 0x3c}) {
            byte[] other = rome.clone();
            LittleEndian.put32(other, at, 2048);
            assertEquals(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    assertThrows(SevException.class, () -> AmdChain.parse(other)).status());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 832, 1600, 1663, 1665, 3199, 3201})
    void aChainHasOneOfFourLengths(int length) {
        assertFalse(AmdChain.isLength(length));
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                assertThrows(SevException.class, () -> AmdChain.parse(new byte[length])).status());
    }

    @Test
    void aCertificateOfImpossibleSizesIsRefused() {
        byte[] ark = RealChains.file("rome", CertificateUsage.ARK);
        for (int at : new int[] {AmdCertificate.EXPONENT_BITS, AmdCertificate.MODULUS_BITS}) {
            for (int bits : new int[] {0, 1024, 2047, 8192, -1, Integer.MIN_VALUE}) {
                byte[] other = ark.clone();
                LittleEndian.put32(other, at, bits);
                assertEquals(
                        FirmwareStatus.INVALID_CERTIFICATE,
                        assertThrows(SevException.class, () -> AmdCertificate.parse(other))
                                .status());
            }
        }
        for (int length : new int[] {0, 63, 64, 1599, 1601}) {
            byte[] other = Arrays.copyOf(ark, length);
            assertEquals(
                    FirmwareStatus.INVALID_LENGTH,
                    assertThrows(SevException.class, () -> AmdCertificate.parse(other)).status());
        }
    }

    /** Checked after the signature, so a wrong field needs a right signature. */
    @Test
    void usageAndIdsMustBeRight() throws SevException {
        AmdKey key = TestKeys.rsa(2048);
        AmdCertificateIssuer issuer = new AmdCertificateIssuer(RANDOM);
        AmdCertificate ark = issuer.ark(key);
        AmdCertificate other = issuer.ark(key);
        AmdCertificate ask = issuer.ask(TestKeys.otherRsa(2048).publicKey(), ark, key);
        assertRefused("usage: expected ASK, found ARK", AmdCertificateValidator.ask(ark, ark));
        assertRefused(
                "usage: expected ARK, found ASK",
                AmdCertificateValidator.ark(
                        issuer.ask(key.publicKey(), other, key), TrustedArks.only(ark)));
        assertRefused("it names another key", AmdCertificateValidator.ask(ask, other));
    }

    /** Sizes differ, so the signature cannot even be looked for. */
    @Test
    void aSignatureOfAnotherSizeIsBad() throws SevException {
        Verdict verdict =
                AmdCertificateValidator.ask(
                        real("rome", CertificateUsage.ASK), real("naples", CertificateUsage.ARK));
        assertEquals(FirmwareStatus.BAD_SIGNATURE, verdict.status());
        assertEquals("the signature has 512 bytes, one by this key has 256", verdict.reason());
    }

    @Test
    void everyByteIsKept() throws SevException {
        byte[] bytes = RealChains.file("genoa", CertificateUsage.ARK);
        Arrays.fill(bytes, 0x28, 0x38, (byte) 0x5a);
        assertArrayEquals(bytes, AmdCertificate.parse(bytes).bytes());
    }

    @Test
    void aDigestHas48Bytes() {
        assertThrows(IllegalArgumentException.class, () -> TrustedArks.only(new byte[32]));
    }

    private static void assertRefused(String reason, Verdict verdict) {
        assertEquals(FirmwareStatus.INVALID_CERTIFICATE, verdict.status(), verdict.reason());
        assertTrue(verdict.reason().startsWith(reason), verdict.reason());
    }

    private static AmdCertificate real(String generation, CertificateUsage usage)
            throws SevException {
        return AmdCertificate.parse(RealChains.file(generation, usage));
    }
}
