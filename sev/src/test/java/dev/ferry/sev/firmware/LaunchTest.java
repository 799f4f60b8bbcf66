package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateKey;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.LaunchMeasurement;
import dev.ferry.sev.session.LaunchSecret;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A launch as the guest's owner sees it. */
final class LaunchTest {
    private static final long SEED = 77;
    private static final int PAGE = TestHost.PAGE;
    private static final GuestPolicy POLICY = new GuestPolicy(0x37010000);

    private final P384PrivateKey owner = P384PrivateKey.random(Platforms.RANDOM);
    private final TransportKeys keys = TransportKeys.random(Platforms.RANDOM);
    private final TestHost host = new TestHost(Platforms.A);

    @BeforeEach
    void fill() throws SevException {
        host.init();
        new Random(SEED).nextBytes(host.memory);
    }

    @AfterEach
    void close() {
        host.close();
        owner.close();
        keys.close();
    }

    private int launch(SecureProcessor firmware) throws SevException {
        byte[] dh =
                new CertificateIssuer(1, 55, Platforms.RANDOM)
                        .unsigned(CertificateUsage.PDH, owner.publicKey())
                        .bytes();
        SessionBlob session =
                SessionBlob.create(
                        owner,
                        firmware.pdhCertExport(2084, 6252).pdh(),
                        POLICY,
                        keys,
                        Platforms.RANDOM);
        int handle =
                firmware.launchStart(LaunchStart.of(POLICY, dh, session.bytes(), host.guestMemory));
        host.activate(handle, POLICY);
        return handle;
    }

    @Test
    void measurementIsWhatTheOwnerComputes() throws Exception {
        int handle = launch(host.firmware);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(host.memory, PAGE, 8 * PAGE);
        digest.update(host.memory, 0, 16);
        // longer than the firmware's scratch memory, and out of order
        host.firmware.launchUpdateData(handle, PAGE, 8 * PAGE);
        host.firmware.launchUpdateData(handle, 0, 16);

        byte[] measured = host.firmware.launchMeasure(handle, 48);
        byte[] nonce = Arrays.copyOfRange(measured, 32, 48);
        assertEquals(
                LaunchMeasurement.compute(
                        new LaunchMeasurement.Firmware(1, 55, 3),
                        POLICY,
                        digest.digest(),
                        nonce,
                        keys),
                LaunchMeasurement.parse(measured));
    }

    @Test
    void roomForTheMeasurementIsToldToWhoAsks() throws SevException {
        int handle = launch(host.firmware);
        LengthException told =
                assertThrows(LengthException.class, () -> host.firmware.launchMeasure(handle, 47));
        assertEquals(48, told.required());
        assertEquals(FirmwareStatus.INVALID_LENGTH, told.status());
        assertEquals(GuestState.LAUNCH_UPDATE, host.firmware.guestStatus(handle).state());
        assertEquals(48, host.firmware.launchMeasure(handle, 49).length);
    }

    @Test
    void ownersSecretArrivesInPrivateMemory() throws SevException {
        int handle = launch(host.firmware);
        LaunchMeasurement measurement =
                LaunchMeasurement.parse(host.firmware.launchMeasure(handle, 48));
        byte[] secret =
                "the disk's key, of 48 bytes: 0123456789abcdefghi"
                        .getBytes(StandardCharsets.US_ASCII);
        LaunchSecret packet =
                LaunchSecret.seal(
                        secret,
                        new byte[16],
                        new LaunchMeasurement.Firmware(1, 55, 3),
                        measurement,
                        keys);
        host.firmware.launchSecret(handle, packet.header(), packet.ciphertext(), 0x40, 48);
        assertTrue(!Arrays.equals(secret, Arrays.copyOfRange(host.memory, 0x40, 0x70)));
        byte[] clear = new byte[48];
        host.firmware.dbgDecrypt(handle, 0x40, clear, 0, 48);
        assertArrayEquals(secret, clear);
    }

    @Test
    void secretChecksComeInTheFirmwaresOrder() throws SevException {
        int handle = launch(host.firmware);
        LaunchMeasurement measurement =
                LaunchMeasurement.parse(host.firmware.launchMeasure(handle, 48));
        LaunchSecret packet =
                LaunchSecret.seal(
                        new byte[32],
                        new byte[16],
                        new LaunchMeasurement.Firmware(1, 55, 3),
                        measurement,
                        keys);
        byte[] header = packet.header();
        byte[] data = packet.ciphertext();
        assertEquals(FirmwareStatus.INVALID_GUEST, put(handle + 1, new byte[51], data, 8, 32));
        assertEquals(FirmwareStatus.INVALID_ADDRESS, put(handle, new byte[51], data, 8, 32));
        assertEquals(FirmwareStatus.INVALID_LENGTH, put(handle, new byte[51], data, 16, 32));
        assertEquals(FirmwareStatus.INVALID_LENGTH, put(handle, header, data, 16, 16));
        assertEquals(FirmwareStatus.INVALID_LENGTH, put(handle, header, new byte[0], 16, 0));
        assertEquals(
                FirmwareStatus.INVALID_LENGTH, put(handle, header, new byte[0x5010], 16, 0x5010));
        assertEquals(
                FirmwareStatus.INVALID_ADDRESS,
                put(handle, header, data, host.memory.length - 16, 32));
        byte[] compressed = header.clone();
        compressed[0] = 1;
        // the flag is covered by the MAC, which is looked at first
        assertEquals(FirmwareStatus.BAD_MEASUREMENT, put(handle, compressed, data, 0, 32));
        assertEquals(FirmwareStatus.SUCCESS, put(handle, header, data, 0, 32));
        host.firmware.launchFinish(handle);
        assertEquals(FirmwareStatus.INVALID_ADDRESS, put(handle, header, data, 8, 32));
        assertEquals(FirmwareStatus.INVALID_LENGTH, put(handle, header, data, 0, 31));
        assertEquals(FirmwareStatus.INVALID_GUEST_STATE, put(handle, header, data, 0, 32));
    }

    private FirmwareStatus put(int handle, byte[] header, byte[] data, long at, int length) {
        return TestHost.status(() -> host.firmware.launchSecret(handle, header, data, at, length));
    }

    @Test
    void updateChecksComeInTheFirmwaresOrder() throws SevException {
        SecureProcessor firmware = host.firmware;
        int handle = firmware.launchStart(LaunchStart.of(POLICY, host.guestMemory));
        assertEquals(
                FirmwareStatus.INACTIVE,
                TestHost.status(() -> firmware.launchUpdateData(handle, 8, 8)));
        host.activate(handle, POLICY);
        assertEquals(
                FirmwareStatus.INVALID_ADDRESS,
                TestHost.status(() -> firmware.launchUpdateData(handle, 8, 8)));
        for (int length : new int[] {8, 0, -16, Integer.MIN_VALUE}) {
            assertEquals(
                    FirmwareStatus.INVALID_LENGTH,
                    TestHost.status(() -> firmware.launchUpdateData(handle, 16, length)));
        }
        for (long address : new long[] {-16, 1 << 20, Long.MIN_VALUE, host.memory.length}) {
            assertEquals(
                    FirmwareStatus.INVALID_ADDRESS,
                    TestHost.status(() -> firmware.launchUpdateData(handle, address, 16)));
        }
        assertEquals(
                FirmwareStatus.UNSUPPORTED,
                TestHost.status(() -> firmware.launchUpdateVmsa(handle, 0, PAGE)));
        // the length of a VMSA comes before all else, the platform's state included
        firmware.shutdown();
        assertEquals(
                FirmwareStatus.INVALID_LENGTH,
                TestHost.status(() -> firmware.launchUpdateVmsa(handle, 0, PAGE - 16)));
    }

    @Test
    void withoutAnOwnerThePolicyIsNotLookedAt() throws SevException {
        GuestPolicy impossible = new GuestPolicy(0xffffffc0);
        int handle = host.firmware.launchStart(LaunchStart.of(impossible, host.guestMemory));
        assertEquals(impossible, host.firmware.guestStatus(handle).policy());
    }

    @Test
    void reportIsSignedByThePekOverTheLaunch() throws Exception {
        int handle = launch(host.firmware);
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(host.memory);
        host.firmware.launchUpdateData(handle, 0, host.memory.length);
        host.firmware.launchMeasure(handle, 48);
        byte[] nonce = "a nonce of 16 B.".getBytes(StandardCharsets.US_ASCII);
        LengthException told =
                assertThrows(
                        LengthException.class, () -> host.firmware.attestation(handle, nonce, 0));
        assertEquals(208, told.required());
        byte[] report = host.firmware.attestation(handle, nonce, 208);

        ByteBuffer fields = ByteBuffer.wrap(report).order(ByteOrder.LITTLE_ENDIAN);
        assertArrayEquals(nonce, Arrays.copyOf(report, 16));
        assertArrayEquals(digest, Arrays.copyOfRange(report, 16, 48));
        assertEquals(POLICY.value(), fields.getInt(48));
        assertEquals(0x1002, fields.getInt(52));
        assertEquals(2, fields.getInt(56));
        assertEquals(0, fields.getInt(60));
        assertTrue(verifies(report), "signature by the PEK");
        report[20] ^= 1;
        assertTrue(!verifies(report), "signature over another digest");
    }

    /** By the JDK alone. */
    private static boolean verifies(byte[] report) throws GeneralSecurityException, SevException {
        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp384r1"));
        CertificateKey.Ecc pek = (CertificateKey.Ecc) Platforms.A.chain().pek().key().orElseThrow();
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(
                KeyFactory.getInstance("EC")
                        .generatePublic(
                                new ECPublicKeySpec(
                                        new ECPoint(pek.x(), pek.y()),
                                        curve.getParameterSpec(ECParameterSpec.class))));
        signature.update(report, 0, 52);
        byte[] both = new byte[96];
        for (int i = 0; i < 48; i++) {
            both[47 - i] = report[64 + i];
            both[95 - i] = report[64 + 72 + i];
        }
        assertEquals(BigInteger.ZERO, new BigInteger(1, Arrays.copyOfRange(report, 112, 136)));
        return signature.verify(both);
    }

    @Test
    void reportOfAReceivedGuestHasNoLaunch() throws SevException {
        GuestPolicy policy = new GuestPolicy(0);
        int handle = host.guest(GuestState.RECEIVE_UPDATE, policy);
        host.firmware.receiveFinish(handle);
        byte[] report = host.firmware.attestation(handle, new byte[16], 208);
        assertArrayEquals(new byte[32], Arrays.copyOfRange(report, 16, 48));
        assertEquals(
                FirmwareStatus.INVALID_PARAM,
                TestHost.status(() -> host.firmware.attestation(handle, new byte[15], 208)));
    }

    @Test
    void guestsThatShareAKeyReadEachOthersMemory() throws SevException {
        byte[] plain = host.memory.clone();
        int first = host.running(POLICY);
        int second =
                host.firmware.launchStart(
                        new LaunchStart(POLICY, first, new byte[0], new byte[0], host.guestMemory));
        int stranger = host.firmware.launchStart(LaunchStart.of(POLICY, host.guestMemory));
        host.activate(second, POLICY);
        host.activate(stranger, POLICY);
        host.firmware.deactivate(first);
        host.firmware.decommission(first);
        byte[] clear = new byte[plain.length];
        host.firmware.dbgDecrypt(second, 0, clear, 0, clear.length);
        assertArrayEquals(plain, clear);
        host.firmware.dbgDecrypt(stranger, 0, clear, 0, clear.length);
        assertTrue(!Arrays.equals(plain, clear));
    }
}
