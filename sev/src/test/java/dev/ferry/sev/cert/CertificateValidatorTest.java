package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of the firmware's checks, alone. */
class CertificateValidatorTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateIssuer ISSUER = new CertificateIssuer(1, 51, RANDOM);
    private static final P384PrivateKey OCA = P384PrivateKey.random(RANDOM);
    private static final P384PrivateKey PEK = P384PrivateKey.random(RANDOM);
    private static final P384PrivateKey CEK = P384PrivateKey.random(RANDOM);
    private static final P384PrivateKey PDH = P384PrivateKey.random(RANDOM);

    @Test
    void aPlatformOfOurOwnIsValid() throws SevException {
        SevCertificate oca = ISSUER.oca(OCA);
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        assertValid(oca, oca.signerKey());
        assertValid(pek, oca.signerKey());
        assertValid(pek, unsigned(CertificateUsage.CEK, CEK).signerKey());
        assertValid(ISSUER.pdh(PDH.publicKey(), PEK), pek.signerKey());
    }

    @Test
    void theSignerMustBeAKey() throws SevException {
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        SevCertificate oca = ISSUER.oca(OCA);
        for (int[] change :
                new int[][] {
                    {SevCertificate.USAGE, 0x00}, // usage 0x1000
                    {SevCertificate.USAGE, 0x77},
                    {SevCertificate.ALGORITHM, 0x00},
                    {SevCertificate.ALGORITHM, 0x09},
                    {SevCertificate.KEY, 0x01}, // another curve
                    {SevCertificate.KEY + 4 + 60, 0x01}, // X beyond the field
                }) {
            SevCertificate signer = changed(oca, change[0], change[1]);
            assertRefused(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    "the signer's key is not well formed",
                    pek,
                    signer.signerKey());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SevCertificate.SIG1, SevCertificate.SIG2})
    void aSignatureThatIsHalfUnusedIsBadAtOnce(int signature) throws SevException {
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        SignerKey oca = ISSUER.oca(OCA).signerKey();
        byte[] noAlgorithm = pek.bytes();
        LittleEndian.put32(noAlgorithm, signature + 4, 0);
        byte[] noUsage = pek.bytes();
        LittleEndian.put32(noUsage, signature, 0x1000);
        for (byte[] half : new byte[][] {noAlgorithm, noUsage}) {
            assertRefused(
                    FirmwareStatus.BAD_SIGNATURE,
                    "half marked as unused",
                    SevCertificate.parse(half),
                    oca);
        }
    }

    @Test
    void aSignatureMustNameTheSignersUsageAndAlgorithm() throws SevException {
        SevCertificate pdh = ISSUER.pdh(PDH.publicKey(), PEK);
        assertRefused(
                FirmwareStatus.INVALID_CERTIFICATE,
                "no signature by OCA, ECDSA_SHA256, found PEK, ECDSA_SHA256 and unused",
                pdh,
                ISSUER.oca(OCA).signerKey());
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        byte[] otherHash = pek.bytes();
        LittleEndian.put32(otherHash, SevCertificate.ALGORITHM, KeyAlgorithm.ECDSA_SHA384.code());
        assertRefused(
                FirmwareStatus.INVALID_CERTIFICATE,
                "no signature by PEK, ECDSA_SHA384",
                pdh,
                SevCertificate.parse(otherHash).signerKey());
    }

    @Test
    void theLastMatchingSignatureDecides() throws SevException {
        SevCertificate oca = ISSUER.oca(OCA);
        SevCertificate once =
                ISSUER.signed(unsigned(CertificateUsage.PEK, PEK), CertificateUsage.OCA, OCA);
        SevCertificate twice = ISSUER.signed(once, CertificateUsage.OCA, OCA);
        SevCertificate badFirst =
                changed(twice, SevCertificate.SIG1 + 8, twice.sig1().value()[0] ^ 1);
        SevCertificate badSecond =
                changed(twice, SevCertificate.SIG2 + 8, twice.sig2().value()[0] ^ 1);
        assertValid(twice, oca.signerKey());
        assertValid(badFirst, oca.signerKey());
        assertRefused(
                FirmwareStatus.BAD_SIGNATURE,
                "signature 2 (OCA, ECDSA_SHA256) does not verify",
                badSecond,
                oca.signerKey());
    }

    /** A good first signature does not save a certificate whose second is malformed. */
    @Test
    void theSecondSignatureIsLookedAtAfterAGoodFirst() throws SevException {
        SevCertificate oca = ISSUER.oca(OCA);
        SevCertificate odd = changed(oca, SevCertificate.SIG2 + 4, 2);
        assertRefused(FirmwareStatus.BAD_SIGNATURE, "signature 2", odd, oca.signerKey());
    }

    @Test
    void aKeyForAgreementCannotSign() throws SevException {
        SevCertificate pdh = unsigned(CertificateUsage.PDH, PDH);
        byte[] signed = pdh.bytes();
        LittleEndian.put32(signed, SevCertificate.SIG1, CertificateUsage.PDH.code());
        LittleEndian.put32(signed, SevCertificate.SIG1 + 4, KeyAlgorithm.ECDH_SHA256.code());
        assertRefused(
                FirmwareStatus.UNSUPPORTED,
                "by a key that cannot sign",
                SevCertificate.parse(signed),
                pdh.signerKey());
    }

    @Test
    void numbersOutOfRangeAreNoSignature() throws SevException {
        SevCertificate oca = ISSUER.oca(OCA);
        byte[] order = new byte[72];
        LittleEndian.put(order, 0, 72, P384Curve.ORDER);
        byte[] huge = new byte[72];
        Arrays.fill(huge, (byte) 0xff);
        for (int at : new int[] {0, 72}) {
            for (byte[] number : new byte[][] {new byte[72], order, huge}) {
                byte[] bytes = oca.bytes();
                System.arraycopy(number, 0, bytes, SevCertificate.SIG1 + 8 + at, number.length);
                assertRefused(
                        FirmwareStatus.BAD_SIGNATURE,
                        "does not verify",
                        SevCertificate.parse(bytes),
                        oca.signerKey());
            }
        }
    }

    /** The signature is looked at before the body, so a wrong body needs a right signature. */
    @Test
    void versionAndKeyMustBeRight() throws SevException {
        SignerKey oca = unsigned(CertificateUsage.OCA, OCA).signerKey();
        SevCertificate pek = unsigned(CertificateUsage.PEK, PEK);
        assertRefused(
                FirmwareStatus.INVALID_CERTIFICATE,
                "certificate version: expected 1, found 2",
                ISSUER.signed(changed(pek, 0, 2), CertificateUsage.OCA, OCA),
                oca);
        assertRefused(
                FirmwareStatus.INVALID_CERTIFICATE,
                "the certified key is not well formed",
                ISSUER.signed(
                        changed(pek, SevCertificate.KEY + 4 + 60, 1), CertificateUsage.OCA, OCA),
                oca);
        assertRefused(
                FirmwareStatus.BAD_SIGNATURE,
                "does not verify",
                changed(ISSUER.signed(pek, CertificateUsage.OCA, OCA), 0, 2),
                oca);
    }

    @Test
    void eachCertificateHasItsSigners() throws SevException {
        CertificateUsage[] sev = {
            CertificateUsage.OCA, CertificateUsage.PEK, CertificateUsage.PDH, CertificateUsage.CEK
        };
        for (CertificateUsage usage : sev) {
            for (CertificateUsage by :
                    new CertificateUsage[] {
                        CertificateUsage.OCA, CertificateUsage.PEK, CertificateUsage.CEK
                    }) {
                SevCertificate certificate = ISSUER.signed(unsigned(usage, PEK), by, OCA);
                boolean right =
                        switch (usage) {
                            case PDH -> by == CertificateUsage.PEK;
                            case PEK -> by != CertificateUsage.PEK;
                            case OCA -> by == CertificateUsage.OCA;
                            case CEK, ARK, ASK, INVALID -> false;
                        };
                SignerKey signer = unsigned(by, OCA).signerKey();
                if (right) {
                    assertValid(certificate, signer);
                } else {
                    assertRefused(
                            FirmwareStatus.INVALID_CERTIFICATE,
                            by + " may not sign the certificate of " + usage,
                            certificate,
                            signer);
                }
            }
        }
    }

    /** No code compares them, whatever comments demand. */
    @Test
    void apiVersionsAreNotCompared() throws SevException {
        CertificateIssuer old = new CertificateIssuer(0, 1, RANDOM);
        SevCertificate pek = old.pek(PEK.publicKey(), OCA, CEK);
        assertValid(pek, ISSUER.oca(OCA).signerKey());
    }

    @Test
    void aPeersPdhNeedsNoSignature() throws SevException {
        assertTrue(CertificateValidator.sanityCheck(unsigned(CertificateUsage.PDH, PDH)).isValid());
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        byte[] otherHash = unsigned(CertificateUsage.PDH, PDH).bytes();
        LittleEndian.put32(otherHash, SevCertificate.ALGORITHM, KeyAlgorithm.ECDH_SHA384.code());
        for (SevCertificate refused :
                new SevCertificate[] {
                    pek,
                    SevCertificate.parse(otherHash),
                    changed(unsigned(CertificateUsage.PDH, PDH), 0, 2),
                    changed(unsigned(CertificateUsage.PDH, PDH), SevCertificate.KEY + 4 + 60, 1),
                    SevCertificate.parse(new byte[SevCertificate.BYTES])
                }) {
            assertEquals(
                    FirmwareStatus.INVALID_CERTIFICATE,
                    CertificateValidator.sanityCheck(refused).status(),
                    refused.toString());
        }
    }

    @Test
    void aThirdSignatureFindsNoPlace() throws SevException {
        SevCertificate pek = ISSUER.pek(PEK.publicKey(), OCA, CEK);
        SevException refused =
                assertThrows(
                        SevException.class, () -> ISSUER.signed(pek, CertificateUsage.OCA, OCA));
        assertEquals(FirmwareStatus.INVALID_CERTIFICATE, refused.status());
    }

    @Test
    void aPdhIsLaidOutAsTheFirmwareLaysItOut() throws SevException {
        byte[] scalar = new byte[48];
        for (int i = 0; i < scalar.length; i++) {
            scalar[i] = (byte) (i + 1);
        }
        try (P384PrivateKey key = P384PrivateKey.of(scalar)) {
            byte[] bytes = unsigned(CertificateUsage.PDH, key).bytes();
            assertEquals(
                    "010000000133000003100000030000000200000028a03f31abf0f2ae9974b9d0b3ab9cad"
                            + "491c0201cfb49a2c3de124f11672e3744490d233e7d90e9bd45ca9dd83226fc7"
                            + "000000000000000000000000000000000000000000000000"
                            + "a1926f1583e8ea6ff2a5d83cc8adcb7b6c8a04913e393c34fb54614396620a40"
                            + "d48835f7af5ca762895c1b45831fbc26"
                            + "000000000000000000000000000000000000000000000000",
                    HexFormat.of().formatHex(bytes, 0, 164));
        }
    }

    private static SevCertificate unsigned(CertificateUsage usage, P384PrivateKey key) {
        return ISSUER.unsigned(usage, key.publicKey());
    }

    private static SevCertificate changed(SevCertificate certificate, int at, int value)
            throws SevException {
        byte[] bytes = certificate.bytes();
        bytes[at] = (byte) value;
        return SevCertificate.parse(bytes);
    }

    private static void assertValid(SevCertificate certificate, SignerKey signer) {
        assertEquals(Verdict.VALID, CertificateValidator.validate(certificate, signer));
    }

    private static void assertRefused(
            FirmwareStatus status, String reason, SevCertificate certificate, SignerKey signer) {
        Verdict verdict = CertificateValidator.validate(certificate, signer);
        assertEquals(status, verdict.status(), verdict.reason());
        assertTrue(verdict.reason().contains(reason), verdict.reason());
    }
}
