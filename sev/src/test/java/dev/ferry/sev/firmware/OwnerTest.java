package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.CertificateValidator;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who owns a platform, and what it tells of itself. */
final class OwnerTest {
    private final SecureProcessor firmware = SecureProcessor.of(Platforms.A, Platforms.RANDOM);

    @BeforeEach
    void init() throws SevException {
        firmware.init(InitParameters.SEV);
    }

    @AfterEach
    void close() {
        firmware.close();
    }

    private SevCertificate signed() throws SevException {
        return Owners.ONE.sign(firmware.pekCsr(SevCertificate.BYTES));
    }

    private FirmwareStatus importing(byte[] pek, byte[] oca) {
        return TestHost.status(() -> firmware.pekCertImport(pek, oca));
    }

    @Test
    void requestIsThePekWithoutSignatures() throws SevException {
        SevCertificate request = firmware.pekCsr(SevCertificate.BYTES);
        assertTrue(request.sig1().isUnused());
        assertTrue(request.sig2().isUnused());
        assertArrayEquals(Platforms.A.chain().pek().signedBytes(), request.signedBytes());
        assertArrayEquals(new byte[512], request.sig1().value());
    }

    @Test
    void ownerIsTakenAndThePdhMadeAnew() throws SevException {
        byte[] cekSignature = Platforms.A.chain().pek().sig2().value();
        assertEquals(
                FirmwareStatus.SUCCESS,
                importing(signed().bytes(), Owners.ONE.certificate.bytes()));
        assertTrue(firmware.platformStatus().ownedExternally());
        PlatformChain chain = firmware.endorsedChain();
        SevCertificate pdh = firmware.pdhCertExport(2084, 6252).pdh();
        assertEquals(Owners.ONE.certificate, chain.oca());
        assertNotEquals(Platforms.A.pdh(), pdh);
        assertTrue(CertificateValidator.validate(chain.pek(), chain.oca().signerKey()).isValid());
        assertTrue(CertificateValidator.validate(chain.pek(), chain.cek().signerKey()).isValid());
        assertTrue(CertificateValidator.validate(pdh, chain.pek().signerKey()).isValid());
        assertArrayEquals(cekSignature, chain.pek().sig2().value());
        assertEquals(CertificateUsage.OCA.code(), chain.pek().sig1().usageCode());
    }

    @Test
    void ownedPlatformIsNotTakenAgain() throws SevException {
        byte[] pek = signed().bytes();
        byte[] oca = Owners.ONE.certificate.bytes();
        importing(pek, oca);
        assertEquals(FirmwareStatus.ALREADY_OWNED, importing(pek, oca));
        // before the lengths
        assertEquals(FirmwareStatus.ALREADY_OWNED, importing(new byte[0], oca));
        firmware.pekGen();
        assertEquals(FirmwareStatus.SUCCESS, importing(signed().bytes(), oca));
    }

    @Test
    void importChecksInTheFirmwaresOrder() throws SevException {
        byte[] pek = signed().bytes();
        byte[] oca = Owners.ONE.certificate.bytes();
        assertEquals(FirmwareStatus.INVALID_LENGTH, importing(new byte[2083], oca));
        assertEquals(FirmwareStatus.INVALID_LENGTH, importing(pek, new byte[2085]));
        byte[] badOca = oca.clone();
        badOca[0x41c] ^= 1;
        assertEquals(FirmwareStatus.BAD_SIGNATURE, importing(pek, badOca));
        byte[] badPek = pek.clone();
        badPek[0x41c] ^= 1;
        assertEquals(FirmwareStatus.BAD_SIGNATURE, importing(badPek, oca));
        assertEquals(
                FirmwareStatus.BAD_SIGNATURE, importing(pek, Owners.OTHER.certificate.bytes()));
        SevCertificate foreign = Owners.ONE.sign(PekSignatures.without(Platforms.B.chain().pek()));
        assertEquals(FirmwareStatus.INVALID_CERTIFICATE, importing(foreign.bytes(), oca));
        SevCertificate full = Owners.ONE.sign(Owners.ONE.sign(firmware.pekCsr(2084)));
        assertEquals(FirmwareStatus.INVALID_CERTIFICATE, importing(full.bytes(), oca));
        assertEquals(Platforms.A.chain(), firmware.endorsedChain());
        assertEquals(FirmwareStatus.SUCCESS, importing(pek, oca));
    }

    @Test
    void lengthsAreToldToWhoAsks() throws SevException {
        assertEquals(
                List.of(2084),
                assertThrows(LengthException.class, () -> firmware.pekCsr(0)).lengths());
        assertEquals(
                List.of(2084, 6252),
                assertThrows(LengthException.class, () -> firmware.pdhCertExport(0, 0)).lengths());
        assertEquals(
                List.of(2084, 6252),
                assertThrows(LengthException.class, () -> firmware.pdhCertExport(2084, 6251))
                        .lengths());
        assertEquals(
                List.of(64),
                assertThrows(LengthException.class, () -> firmware.getId(63)).lengths());
        assertThrows(LengthException.class, () -> firmware.pekCsr(-1));
        assertEquals(64, firmware.getId(128).length);
    }

    @Test
    void exportedCekIsTheEndorsedOneWithoutItsSignature() throws SevException {
        PlatformChain chain = firmware.pdhCertExport(2084, 6252).chain();
        assertTrue(chain.cek().sig1().isUnused());
        assertArrayEquals(firmware.endorsedChain().cek().signedBytes(), chain.cek().signedBytes());
        assertTrue(
                CertificateValidator.validate(
                                firmware.endorsedChain().cek(),
                                firmware.amdChain().ask().signerKey())
                        .isValid());
    }

    @Test
    void sessionForAnOldPdhIsNotOpenedAfterPdhGen() throws SevException {
        try (TestHost host = TestHost.up(Platforms.B)) {
            ReceiveStart old = host.arrival(TestHost.ES, 0);
            host.firmware.pdhGen();
            assertEquals(
                    FirmwareStatus.BAD_MEASUREMENT,
                    TestHost.status(() -> host.firmware.receiveStart(old)));
        }
    }

    @Test
    void idIsTheChipsAndKnownInEveryState() throws SevException {
        byte[] id = firmware.getId(64);
        firmware.shutdown();
        assertArrayEquals(id, firmware.getId(64));
        assertTrue(!Arrays.equals(new byte[64], id));
    }
}
