package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.testdata.SevFixtures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChainVerificationTest {

    static List<String> chains() {
        return List.copyOf(RealChains.all().keySet());
    }

    static List<String> generations() {
        return SevFixtures.GENERATIONS;
    }

    @ParameterizedTest
    @MethodSource("chains")
    void aWholeChainIsValid(String name) throws SevException {
        ChainVerification result = chain(name).verify();
        assertTrue(result.isValid(), result.summary());
        assertEquals(List.of(ChainLink.values()), linksOf(result));
        assertEquals(List.of(), result.missing());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Naples", "Rome"})
    void theRootIsNamed(String generation) throws SevException {
        ChainVerification result =
                RealChains.of(generation.toLowerCase(java.util.Locale.ROOT)).verify();
        assertEquals("certificate chain is valid, root of " + generation, result.summary());
    }

    /** Of Milan, Genoa and Turin there are only these two. */
    @ParameterizedTest
    @MethodSource("generations")
    void amdsOwnCertificatesAreValid(String generation) throws SevException {
        ChainVerification result =
                ChainVerification.verify(
                        CertificateBundle.of(List.of(ask(generation), ark(generation))),
                        TrustedArks.amd());
        assertEquals(List.of(ChainLink.ARK_SELF, ChainLink.ASK_BY_ARK), linksOf(result));
        assertEquals(Optional.empty(), result.failure());
        assertFalse(result.isValid(), "a PDH is missing");
        assertEquals(
                List.of(
                        CertificateUsage.CEK,
                        CertificateUsage.OCA,
                        CertificateUsage.PEK,
                        CertificateUsage.PDH),
                result.missing());
        assertEquals("certificate chain is incomplete: no CEK, OCA, PEK, PDH", result.summary());
        assertEquals(
                generation,
                result.root().orElseThrow().generation().toLowerCase(java.util.Locale.ROOT));
    }

    @Test
    void whatIsMissingBelowTheRootIsTold() throws SevException {
        SevCertificate pek = SevCertificate.parse(RealChains.file("rome", CertificateUsage.PEK));
        SevCertificate oca = SevCertificate.parse(RealChains.file("rome", CertificateUsage.OCA));
        assertEquals(
                List.of(CertificateUsage.ARK, CertificateUsage.ASK, CertificateUsage.CEK),
                verify(pek, oca).missingBelowRoot());
        assertEquals(
                List.of(CertificateUsage.ASK, CertificateUsage.CEK),
                verify(pek, ark("rome")).missingBelowRoot());
        assertEquals(List.of(), verify(ask("rome"), ark("rome")).missingBelowRoot());
        assertEquals(List.of(), verify(oca).missingBelowRoot());
        assertEquals(List.of(), RealChains.of("rome").verify().missingBelowRoot());
    }

    private static ChainVerification verify(Certificate... certificates) throws SevException {
        return ChainVerification.verify(
                CertificateBundle.of(List.of(certificates)), TrustedArks.amd());
    }

    @Test
    void aRootThatNobodyTrustsFails() throws SevException {
        RealChains.Chain rome = RealChains.of("rome");
        TrustedArks other = TrustedArks.only(ark("naples"));
        ChainVerification result = new RealChains.Chain(rome.files(), other).verify();
        assertFailsAt(ChainLink.ARK_SELF, FirmwareStatus.INVALID_CERTIFICATE, result);
        assertTrue(result.summary().contains("none of the trusted ones"), result.summary());
    }

    /** The signature names an algorithm that Rome's key does not have, so it is nobody's. */
    @Test
    void romesAskDidNotSignNaplesCek() throws SevException {
        RealChains.Chain rome = RealChains.of("rome");
        ChainVerification result =
                rome.with(CertificateUsage.CEK, RealChains.file("naples", CertificateUsage.CEK))
                        .verify();
        assertFailsAt(ChainLink.CEK_BY_ASK, FirmwareStatus.INVALID_CERTIFICATE, result);
    }

    @Test
    void anotherOwnersCertificateFails() throws SevException {
        RealChains.Chain rome = RealChains.of("rome");
        ChainVerification result =
                rome.with(CertificateUsage.OCA, RealChains.file("naples", CertificateUsage.OCA))
                        .verify();
        assertFailsAt(ChainLink.PEK_BY_OCA, FirmwareStatus.BAD_SIGNATURE, result);
        assertEquals(Verdict.VALID, result.verdict(ChainLink.OCA_SELF).orElseThrow());
        assertEquals(Verdict.VALID, result.verdict(ChainLink.PEK_BY_CEK).orElseThrow());
    }

    /** In the wrong place a certificate is refused even though its signature is right. */
    @Test
    void certificatesInSwappedPlacesFail() throws SevException {
        RealChains.Chain rome = RealChains.of("rome");
        ChainVerification result =
                rome.with(CertificateUsage.PEK, rome.file(CertificateUsage.OCA))
                        .with(CertificateUsage.OCA, rome.file(CertificateUsage.PEK))
                        .verify();
        assertFalse(result.isValid());
        assertTrue(
                result.verdict(ChainLink.PEK_BY_OCA).orElseThrow().status()
                        == FirmwareStatus.INVALID_CERTIFICATE);
    }

    @Test
    void aSignatureThatWasDamagedFailsAtItsLink() throws SevException {
        for (String name : SevFixtures.WHOLE_CHAINS) {
            RealChains.Chain chain = RealChains.of(name);
            for (ChainLink link : ChainLink.values()) {
                byte[] file = chain.file(link.subject());
                int at =
                        switch (link) {
                            case ARK_SELF, ASK_BY_ARK -> AmdCertificate.parse(file).signedLength();
                            case PEK_BY_CEK -> SevCertificate.SIG2 + CertificateSignature.VALUE;
                            case CEK_BY_ASK, OCA_SELF, PEK_BY_OCA, PDH_BY_PEK ->
                                    SevCertificate.SIG1 + CertificateSignature.VALUE;
                        };
                for (int offset : new int[] {0, 1, 31, 47}) {
                    byte[] damaged = file.clone();
                    damaged[at + offset] ^= 0x10;
                    ChainVerification result = chain.with(link.subject(), damaged).verify();
                    assertEquals(
                            List.of(link),
                            failures(result),
                            name + ", " + link + ", byte " + offset);
                    assertFailsAt(link, FirmwareStatus.BAD_SIGNATURE, result);
                }
            }
        }
    }

    /** Flips one bit of every byte that is signed, in all six certificates. */
    @ParameterizedTest
    @ValueSource(strings = {"naples", "rome"})
    void noByteThatIsSignedMayChange(String generation) {
        long seed = new Random().nextLong();
        int[] bits = new Random(seed).ints(SevCertificate.BYTES, 0, 8).toArray();
        RealChains.Chain chain = RealChains.of(generation);
        for (CertificateUsage usage : chain.files().keySet()) {
            List<String> accepted =
                    IntStream.range(0, signedLength(chain, usage))
                            .parallel()
                            .mapToObj(at -> accepts(chain, usage, 8 * at + bits[at]))
                            .flatMap(Optional::stream)
                            .toList();
            assertEquals(List.of(), accepted, usage + ", seed " + seed);
        }
    }

    /** The two of the generations of which there are no whole chains. */
    @ParameterizedTest
    @ValueSource(strings = {"milan", "genoa", "turin"})
    void noByteOfAmdsCertificatesMayChange(String generation) throws SevException {
        List<String> accepted =
                IntStream.range(0, 2 * ark(generation).signedLength())
                        .parallel()
                        .mapToObj(at -> acceptsAmd(generation, at / 2, at % 2 == 0, 1 << at % 8))
                        .flatMap(Optional::stream)
                        .toList();
        assertEquals(List.of(), accepted);
    }

    @Tag("full")
    @ParameterizedTest
    @ValueSource(strings = {"naples", "rome"})
    void noBitThatIsSignedMayChange(String generation) {
        RealChains.Chain chain = RealChains.of(generation);
        for (CertificateUsage usage : chain.files().keySet()) {
            List<String> accepted =
                    IntStream.range(0, 8 * signedLength(chain, usage))
                            .parallel()
                            .mapToObj(bit -> accepts(chain, usage, bit))
                            .flatMap(Optional::stream)
                            .toList();
            assertEquals(List.of(), accepted, usage.toString());
        }
    }

    private static int signedLength(RealChains.Chain chain, CertificateUsage usage) {
        return switch (usage) {
            case ARK, ASK -> chain.file(usage).length - ark(chain).key().signatureBytes();
            case OCA, PEK, PDH, CEK, INVALID -> SevCertificate.SIGNED_BYTES;
        };
    }

    private static AmdCertificate ark(RealChains.Chain chain) {
        try {
            return AmdCertificate.parse(chain.file(CertificateUsage.ARK));
        } catch (SevException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is wrong with the answer to a flipped bit; empty if it is refused for what it is. */
    private static Optional<String> accepts(
            RealChains.Chain chain, CertificateUsage usage, int bit) {
        byte[] flipped = chain.file(usage);
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        String where = usage + ", bit " + bit;
        try {
            ChainVerification result =
                    ChainVerification.verify(around(chain, usage, flipped), chain.trusted());
            Optional<ChainLink> failing = result.failure().map(ChainVerification.Link::link);
            if (failing.map(ChainLink::subject).equals(Optional.of(usage))) {
                return Optional.empty();
            }
            return Optional.of(where + ": " + result.summary());
        } catch (SevException e) {
            // sizes that AMD's certificates cannot have, or a usage that does not go with the
            // format
            return e.status() == FirmwareStatus.INVALID_CERTIFICATE
                    ? Optional.empty()
                    : Optional.of(where + ": " + e);
        }
    }

    /** The flipped certificate and those that it rests on, in its old place. */
    private static CertificateBundle around(
            RealChains.Chain chain, CertificateUsage usage, byte[] flipped) throws SevException {
        List<CertificateUsage> restsOn =
                switch (usage) {
                    case PDH -> List.of(CertificateUsage.PEK);
                    case PEK -> List.of(CertificateUsage.OCA, CertificateUsage.CEK);
                    case CEK -> List.of(CertificateUsage.ASK);
                    case ASK -> List.of(CertificateUsage.ARK);
                    case OCA, ARK, INVALID -> List.of();
                };
        List<Certificate> others = new ArrayList<>();
        for (CertificateUsage other : restsOn) {
            others.add(parse(other, chain.file(other)));
        }
        return CertificateBundle.of(others).with(usage, parse(usage, flipped));
    }

    private static Certificate parse(CertificateUsage usage, byte[] bytes) throws SevException {
        return usage == CertificateUsage.ARK || usage == CertificateUsage.ASK
                ? AmdCertificate.parse(bytes)
                : SevCertificate.parse(bytes);
    }

    private static Optional<String> acceptsAmd(String generation, int at, boolean root, int mask) {
        CertificateUsage usage = root ? CertificateUsage.ARK : CertificateUsage.ASK;
        byte[] flipped = RealChains.file(generation, usage);
        flipped[at] ^= (byte) mask;
        try {
            ChainVerification result =
                    ChainVerification.verify(
                            CertificateBundle.of(List.of(ark(generation)))
                                    .with(usage, AmdCertificate.parse(flipped)),
                            TrustedArks.amd());
            Optional<ChainLink> failing = result.failure().map(ChainVerification.Link::link);
            return failing.map(ChainLink::subject).equals(Optional.of(usage))
                    ? Optional.empty()
                    : Optional.of(usage + ", byte " + at + ": " + result.summary());
        } catch (SevException e) {
            return e.status() == FirmwareStatus.INVALID_CERTIFICATE
                    ? Optional.empty()
                    : Optional.of(usage + ", byte " + at + ": " + e);
        }
    }

    private static RealChains.Chain chain(String name) {
        RealChains.Chain chain = RealChains.all().get(name);
        if (chain == null) {
            throw new IllegalStateException(name);
        }
        return chain;
    }

    private static AmdCertificate ark(String generation) throws SevException {
        return AmdCertificate.parse(RealChains.file(generation, CertificateUsage.ARK));
    }

    private static AmdCertificate ask(String generation) throws SevException {
        return AmdCertificate.parse(RealChains.file(generation, CertificateUsage.ASK));
    }

    private static List<ChainLink> linksOf(ChainVerification result) {
        return result.links().stream().map(ChainVerification.Link::link).toList();
    }

    private static List<ChainLink> failures(ChainVerification result) {
        return Arrays.stream(ChainLink.values())
                .filter(link -> !result.verdict(link).orElseThrow().isValid())
                .toList();
    }

    private static void assertFailsAt(
            ChainLink link, FirmwareStatus status, ChainVerification result) {
        ChainVerification.Link failure = result.failure().orElseThrow();
        assertEquals(link, failure.link(), result.summary());
        assertEquals(status, failure.verdict().status(), result.summary());
        assertTrue(
                result.summary().startsWith("certificate chain fails at " + link.title() + ": "),
                result.summary());
    }
}
