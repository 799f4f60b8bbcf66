package dev.ferry.sev.cert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CertificateReaderTest {
    private static final CertificateUsage[] USAGES = {
        CertificateUsage.ARK,
        CertificateUsage.ASK,
        CertificateUsage.OCA,
        CertificateUsage.PEK,
        CertificateUsage.PDH,
        CertificateUsage.CEK
    };

    @Test
    void aFileOfOneCertificate() throws SevException {
        for (String name : RealChains.all().keySet()) {
            for (CertificateUsage usage : USAGES) {
                byte[] file = chain(name).file(usage);
                List<CertificateReader.Found> found = CertificateReader.read(file);
                assertEquals(1, found.size(), name + " " + usage);
                assertArrayEquals(file, found.getFirst().certificate().bytes());
                assertEquals(usage, found.getFirst().certificate().usage().orElseThrow());
            }
        }
    }

    @Test
    void certificatesInAnyOrder() throws SevException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<String> names = List.copyOf(RealChains.all().keySet());
        for (int round = 0; round < 100; round++) {
            RealChains.Chain chain = chain(names.get(random.nextInt(names.size())));
            List<CertificateUsage> order = new ArrayList<>(List.of(USAGES));
            Collections.shuffle(order, random);
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            List<Integer> offsets = new ArrayList<>();
            for (CertificateUsage usage : order) {
                offsets.add(file.size());
                file.writeBytes(chain.file(usage));
            }
            List<CertificateReader.Found> found = CertificateReader.read(file.toByteArray());
            assertEquals(
                    order,
                    found.stream().map(one -> one.certificate().usage().orElseThrow()).toList(),
                    "seed " + seed);
            assertEquals(
                    offsets,
                    found.stream().map(CertificateReader.Found::offset).toList(),
                    "seed " + seed);
        }
    }

    /** The ASK's length depends on the ARK's size. */
    @Test
    void anAskOfAnotherSizeThanItsArk() throws SevException {
        AmdCertificateIssuer issuer = new AmdCertificateIssuer(new SecureRandom());
        for (int askBits : new int[] {2048, 4096}) {
            AmdKey arkKey = TestKeys.rsa(6144 - askBits);
            AmdCertificate ark = issuer.ark(arkKey);
            AmdCertificate ask = issuer.ask(TestKeys.otherRsa(askBits).publicKey(), ark, arkKey);
            byte[] pdh = chain("rome").file(CertificateUsage.PDH);
            for (List<byte[]> parts :
                    List.of(
                            List.of(ask.bytes()),
                            List.of(ask.bytes(), ark.bytes()),
                            List.of(ark.bytes(), ask.bytes()),
                            List.of(pdh, ask.bytes(), pdh, ark.bytes()))) {
                ByteArrayOutputStream file = new ByteArrayOutputStream();
                parts.forEach(file::writeBytes);
                List<CertificateReader.Found> found = CertificateReader.read(file.toByteArray());
                assertEquals(parts.size(), found.size());
                for (int i = 0; i < parts.size(); i++) {
                    assertArrayEquals(parts.get(i), found.get(i).certificate().bytes());
                }
            }
        }
    }

    @Test
    void aFileThatEndsTooSoonTellsWhere() {
        byte[] pek = chain("rome").file(CertificateUsage.PEK);
        byte[] two = Arrays.copyOf(pek, 2 * pek.length - 1);
        System.arraycopy(pek, 0, two, pek.length, pek.length - 1);
        SevException refused = assertThrows(SevException.class, () -> CertificateReader.read(two));
        assertEquals(FirmwareStatus.INVALID_LENGTH, refused.status());
        assertEquals(
                "SEV certificate at 0x824: expected 2084 bytes, found 2083", refused.getMessage());
    }

    @Test
    void everyTruncationIsRefused() {
        for (CertificateUsage usage : USAGES) {
            byte[] file = chain("naples").file(usage);
            for (int length = 0; length < file.length; length++) {
                byte[] part = Arrays.copyOf(file, length);
                assertThrows(
                        SevException.class,
                        () -> CertificateReader.read(part),
                        usage + " " + part.length);
            }
        }
    }

    @Test
    void somethingElseIsRefused() {
        for (byte[] file :
                new byte[][] {
                    new byte[0],
                    new byte[2084],
                    new byte[CertificateReader.MAX_BYTES + 1],
                    "-----BEGIN CERTIFICATE-----"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII)
                }) {
            SevException refused =
                    assertThrows(SevException.class, () -> CertificateReader.read(file));
            assertTrue(String.valueOf(refused.getMessage()).startsWith("certificate"));
        }
    }

    @Test
    void aBundleHasOneOfEach() throws SevException {
        SevCertificate rome = SevCertificate.parse(chain("rome").file(CertificateUsage.PEK));
        SevCertificate naples = SevCertificate.parse(chain("naples").file(CertificateUsage.PEK));
        assertEquals(
                rome,
                CertificateBundle.of(List.of(rome, rome)).sev(CertificateUsage.PEK).orElseThrow());
        SevException refused =
                assertThrows(SevException.class, () -> CertificateBundle.of(List.of(rome, naples)));
        assertEquals("certificates: expected one PEK, found two that differ", refused.getMessage());
    }

    private static RealChains.Chain chain(String name) {
        RealChains.Chain chain = RealChains.all().get(name);
        if (chain == null) {
            throw new IllegalStateException(name);
        }
        return chain;
    }
}
