package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SevCertificateTest {

    @Test
    void fieldsOfARealPek() throws SevException {
        SevCertificate pek = SevCertificate.parse(RealChains.file("rome", CertificateUsage.PEK));
        assertEquals(1, pek.version());
        assertEquals(0, pek.apiMajor());
        assertEquals(22, pek.apiMinor());
        assertEquals(Optional.of(CertificateUsage.PEK), pek.usage());
        assertEquals(Optional.of(KeyAlgorithm.ECDSA_SHA256), pek.algorithm());
        assertTrue(pek.key().orElseThrow().isWellFormed());
        assertEquals(Optional.of(CertificateUsage.OCA), pek.sig1().usage());
        assertEquals(Optional.of(KeyAlgorithm.ECDSA_SHA256), pek.sig1().algorithm());
        assertEquals(Optional.of(CertificateUsage.CEK), pek.sig2().usage());
        assertFalse(pek.sig2().isUnused());
        assertEquals("PEK certificate, API 0.22", pek.toString());
    }

    @Test
    void aChipsCertificateNamesItsSignersAlgorithm() throws SevException {
        SevCertificate naples =
                SevCertificate.parse(RealChains.file("naples", CertificateUsage.CEK));
        SevCertificate rome = SevCertificate.parse(RealChains.file("rome", CertificateUsage.CEK));
        assertEquals("ASK, RSA_SHA256", naples.sig1().toString());
        assertEquals("ASK, RSA_SHA384", rome.sig1().toString());
        assertTrue(naples.sig2().isUnused());
        assertEquals("unused", rome.sig2().toString());
    }

    /** Whatever the bytes are, reserved ones and padding too. */
    @Test
    void everyByteIsKept() throws SevException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[SevCertificate.BYTES];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                LittleEndian.put32(bytes, SevCertificate.ALGORITHM, i % 4 == 0 ? 2 : 1);
            }
            SevCertificate certificate = SevCertificate.parse(bytes);
            assertArrayEquals(bytes, certificate.bytes(), "seed " + seed);
            // none of these may fail on odd content
            assertFalse(CertificateValidator.sanityCheck(certificate).isValid());
            assertFalse(certificate.toString().isEmpty());
        }
    }

    @Test
    void unknownNumbersAreData() throws SevException {
        byte[] bytes = new byte[SevCertificate.BYTES];
        LittleEndian.put32(bytes, SevCertificate.USAGE, 0xdeadbeef);
        LittleEndian.put32(bytes, SevCertificate.ALGORITHM, 0x77);
        SevCertificate certificate = SevCertificate.parse(bytes);
        assertEquals(0xdeadbeef, certificate.usageCode());
        assertEquals(Optional.empty(), certificate.usage());
        assertEquals(0x77, certificate.algorithmCode());
        assertEquals(Optional.empty(), certificate.algorithm());
        assertEquals(Optional.empty(), certificate.key());
        assertEquals("usage 0xdeadbeef certificate, API 0.0", certificate.toString());
    }

    @Test
    void whatIsHandedOutIsACopy() throws SevException {
        byte[] bytes = RealChains.file("rome", CertificateUsage.PDH);
        SevCertificate certificate = SevCertificate.parse(bytes);
        byte[] before = bytes.clone();
        bytes[0] ^= 1;
        certificate.bytes()[1] ^= 1;
        certificate.signedBytes()[2] ^= 1;
        certificate.sig1().value()[3] ^= 1;
        assertArrayEquals(before, certificate.bytes());
        assertEquals(certificate, SevCertificate.parse(before));
        assertEquals(certificate.hashCode(), SevCertificate.parse(before).hashCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2083, 2085, 6252})
    void has2084Bytes(int length) {
        SevException refused =
                assertThrows(SevException.class, () -> SevCertificate.parse(new byte[length]));
        assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
        assertEquals("SEV certificate: expected 2084 bytes, found " + length, refused.getMessage());
    }

    @Test
    void aPlatformChainIsThreeCertificates() throws SevException {
        byte[] bytes = new byte[PlatformChain.BYTES];
        new Random(1).nextBytes(bytes);
        PlatformChain chain = PlatformChain.parse(bytes);
        assertArrayEquals(bytes, chain.bytes());
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                assertThrows(
                                SevException.class,
                                () -> PlatformChain.parse(new byte[PlatformChain.BYTES + 1]))
                        .status());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x13, 0x1000, 0x1001, 0x1002, 0x1003, 0x1004})
    void everyUsageHasItsNumber(int code) {
        assertEquals(code, CertificateUsage.of(code).orElseThrow().code());
        assertEquals(Optional.empty(), CertificateUsage.of(code + 0x20));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 0x101, 0x102, 0x103})
    void everyAlgorithmHasItsNumber(int code) {
        assertEquals(code, KeyAlgorithm.of(code).orElseThrow().code());
        assertEquals(Optional.empty(), KeyAlgorithm.of(code + 0x20));
    }

    @Test
    void keysAreWrittenAsTheyAreRead() {
        Random random = new Random(2);
        for (int algorithm : new int[] {1, 2, 3, 0x101, 0x102, 0x103}) {
            byte[] bytes = new byte[CertificateKey.BYTES + 20];
            random.nextBytes(bytes);
            CertificateKey key = CertificateKey.read(bytes, 7, algorithm).orElseThrow();
            byte[] written = bytes.clone();
            CertificateKey.write(key, written, 7);
            assertArrayEquals(bytes, written);
        }
    }
}
