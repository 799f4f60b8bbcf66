package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Certificates that somebody made up: refused, and nothing worse than that. */
class HostileCertificatesTest {

    /** Keys that are none, in the place of one that signs. */
    @Test
    void oddRsaKeysSignNothing() throws SevException {
        SevCertificate cek = SevCertificate.parse(RealChains.file("rome", CertificateUsage.CEK));
        BigInteger good =
                AmdCertificate.parse(RealChains.file("rome", CertificateUsage.ASK)).key().modulus();
        BigInteger huge = BigInteger.ONE.shiftLeft(4096).subtract(BigInteger.ONE);
        List<BigInteger> moduli =
                List.of(
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        BigInteger.TWO,
                        good.clearBit(0),
                        good.shiftRight(3000),
                        BigInteger.ONE.shiftLeft(4095),
                        huge,
                        good);
        List<BigInteger> exponents =
                List.of(
                        BigInteger.ZERO,
                        BigInteger.ONE,
                        BigInteger.TWO,
                        BigInteger.valueOf(65536),
                        huge);
        for (BigInteger modulus : moduli) {
            for (BigInteger exponent : exponents) {
                for (int bits : new int[] {-8, 0, 1, 8, 2048, 4088, 4096, 4097, 4104, 1 << 30}) {
                    SignerKey signer =
                            new SignerKey(
                                    CertificateUsage.ASK.code(),
                                    KeyAlgorithm.RSA_SHA384.code(),
                                    Optional.of(new CertificateKey.Rsa(bits, exponent, modulus)));
                    Verdict verdict = CertificateValidator.validate(cek, signer);
                    assertEquals(
                            signer.isWellFormed()
                                    ? FirmwareStatus.BAD_SIGNATURE
                                    : FirmwareStatus.INVALID_CERTIFICATE,
                            verdict.status(),
                            bits + " bits: " + verdict);
                }
            }
        }
    }

    /** Random bytes over random parts of every certificate of a chain. */
    @Test
    void damagedChainsAreRefused() {
        long seed = new Random().nextLong();
        List<String> faults =
                IntStream.range(0, 600)
                        .parallel()
                        .mapToObj(i -> damaged(new Random(seed + i)))
                        .flatMap(Optional::stream)
                        .toList();
        assertEquals(List.of(), faults, "seed " + seed);
    }

    private static Optional<String> damaged(Random random) {
        RealChains.Chain chain = RealChains.of(random.nextBoolean() ? "naples" : "rome");
        CertificateUsage[] usages = chain.files().keySet().toArray(new CertificateUsage[0]);
        CertificateUsage usage = usages[random.nextInt(usages.length)];
        byte[] file = chain.file(usage);
        byte[] before = file.clone();
        int at = random.nextInt(file.length);
        int length = 1 + random.nextInt(Math.min(200, file.length - at));
        for (int i = at; i < at + length; i++) {
            file[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(256) : random.nextInt(3) - 1);
        }
        try {
            boolean valid = chain.with(usage, file).verify().isValid();
            boolean matters = !Arrays.equals(before, file) && matters(usage, before, file);
            return valid && matters
                    ? Optional.of(usage + " at " + at + ", " + length + " bytes")
                    : Optional.empty();
        } catch (SevException e) {
            return Optional.empty();
        }
    }

    /** Bytes behind a signature, and the value of one that is not used, are nobody's business. */
    private static boolean matters(CertificateUsage usage, byte[] before, byte[] after) {
        if (usage == CertificateUsage.ARK || usage == CertificateUsage.ASK) {
            return true;
        }
        int rsa = usage == CertificateUsage.CEK ? 256 : 144;
        return !Arrays.equals(
                before, 0, SevCertificate.SIG1 + 8 + rsa, after, 0, SevCertificate.SIG1 + 8 + rsa);
    }

    /** What the reader takes from noise is noise, but no more than that. */
    @Test
    void noiseIsReadOrRefused() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int taken = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] noise = new byte[random.nextInt(5000)];
            random.nextBytes(noise);
            if (noise.length >= 64) {
                LittleEndian.put32(noise, 0, 1);
                LittleEndian.put32(noise, 0x24, random.nextBoolean() ? 0 : 0x13);
                LittleEndian.put32(noise, 0x38, random.nextBoolean() ? 2048 : 4096);
                LittleEndian.put32(noise, 0x3c, random.nextBoolean() ? 2048 : 4096);
            }
            if (i % 3 == 0 && noise.length >= 2084) {
                LittleEndian.put32(noise, 8, 0x1000 + random.nextInt(5));
                noise = Arrays.copyOf(noise, 2084);
            } else if (i % 3 == 1 && noise.length >= 1600) {
                noise = Arrays.copyOf(noise, 64 + 256 * (3 + random.nextInt(4)));
            }
            try {
                for (CertificateReader.Found found : CertificateReader.read(noise)) {
                    taken++;
                    assertFalse(found.certificate().toString().isEmpty());
                    assertFalse(
                            ChainVerification.verify(
                                            CertificateBundle.of(List.of(found.certificate())),
                                            TrustedArks.amd())
                                    .isValid());
                }
            } catch (SevException e) {
                assertNotEquals(FirmwareStatus.SUCCESS, e.status(), "seed " + seed);
            }
        }
        assertNotEquals(0, taken, "seed " + seed);
    }
}
