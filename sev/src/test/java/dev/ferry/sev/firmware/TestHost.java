package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.CertificateIssuer;
import dev.ferry.sev.cert.CertificateUsage;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.packet.PacketCipher;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.sev.session.LaunchMeasurement;
import dev.ferry.sev.session.LaunchSecret;
import dev.ferry.sev.session.SessionBlob;
import dev.ferry.sev.session.TransportKeys;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A host: a secure processor, memory for a guest, and what a guest's owner or a sending platform
 * would bring along.
 */
final class TestHost implements AutoCloseable {
    static final int PAGE = 4096;
    static final int PAGES = 16;

    /** SEV-ES, so that every command has something to do. */
    static final GuestPolicy ES = new GuestPolicy(GuestPolicy.Flag.ES.mask());

    final PlatformFile platform;
    final SecureProcessor firmware;
    final byte[] memory = new byte[PAGES * PAGE];
    final GuestMemory guestMemory = GuestMemory.of(MemorySegment.ofArray(memory), 0);

    private final P384PrivateKey peerKey = P384PrivateKey.random(Platforms.RANDOM);
    final TransportKeys peerKeys = TransportKeys.random(Platforms.RANDOM);
    private LaunchMeasurement measurement = unmeasured();
    private int nextPlainAsid = AsidRange.DEFAULT.encryptedState() + 1;
    private int nextEsAsid = 1;

    /** Of guests whose launch is not the matter. */
    private static LaunchMeasurement unmeasured() {
        try {
            return LaunchMeasurement.parse(new byte[LaunchMeasurement.BYTES]);
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    TestHost(PlatformFile platform) {
        this.platform = platform;
        this.firmware = SecureProcessor.of(platform, Platforms.RANDOM);
    }

    /** One that is ready for guests, SEV-ES included. */
    static TestHost up(PlatformFile platform) throws SevException {
        TestHost host = new TestHost(platform);
        host.init();
        return host;
    }

    void init() throws SevException {
        firmware.init(InitParameters.SEV_ES);
        firmware.wbinvd();
        firmware.dfFlush();
    }

    /** What a command answers. */
    static FirmwareStatus status(Attempt attempt) {
        try {
            attempt.run();
            return FirmwareStatus.SUCCESS;
        } catch (SevException e) {
            return e.status();
        }
    }

    /** Whether a refusal says what it should. */
    static void assertTells(String expected, SevException told) {
        assertTrue(Objects.toString(told.getMessage()).contains(expected), told::toString);
    }

    interface Attempt {
        void run() throws SevException;
    }

    /** A guest with an ASID, in that state. */
    int guest(GuestState state, GuestPolicy policy) throws SevException {
        int handle =
                state == GuestState.RECEIVE_UPDATE
                        ? firmware.receiveStart(arrival(policy, 0))
                        : firmware.launchStart(LaunchStart.of(policy, guestMemory));
        activate(handle, policy);
        if (state == GuestState.RECEIVE_UPDATE || state == GuestState.LAUNCH_UPDATE) {
            return handle;
        }
        launch(handle, 0);
        if (state == GuestState.LAUNCH_SECRET) {
            return handle;
        }
        firmware.launchFinish(handle);
        if (state == GuestState.RUNNING) {
            return handle;
        }
        firmware.sendStart(departure(handle, platform));
        if (state == GuestState.SEND_UPDATE) {
            return handle;
        }
        firmware.sendFinish(handle);
        return handle;
    }

    void activate(int handle, GuestPolicy policy) throws SevException {
        firmware.activate(handle, freeAsid(policy));
    }

    int freeAsid(GuestPolicy policy) {
        return policy.has(GuestPolicy.Flag.ES) ? nextEsAsid++ : nextPlainAsid++;
    }

    private void launch(int handle, int bytes) throws SevException {
        if (bytes > 0) {
            firmware.launchUpdateData(handle, 0, bytes);
        }
        measurement = LaunchMeasurement.parse(firmware.launchMeasure(handle, 48));
    }

    /** A running guest with all of the memory taken in. */
    int running(GuestPolicy policy) throws SevException {
        int handle = firmware.launchStart(LaunchStart.of(policy, guestMemory));
        activate(handle, policy);
        launch(handle, memory.length);
        firmware.launchFinish(handle);
        return handle;
    }

    /** SEND_START's parameters towards a platform. */
    SendStart departure(int handle, PlatformFile to) throws SevException {
        return SendStart.of(handle, to.pdh().bytes(), to.chain().bytes(), to.amdChain().bytes());
    }

    /** RECEIVE_START's parameters, as if a platform that is not there had sent. */
    ReceiveStart arrival(GuestPolicy policy, int shareWith) throws SevException {
        SevCertificate pdh = firmware.pdhCertExport(2084, 6252).pdh();
        SessionBlob session = SessionBlob.create(peerKey, pdh, policy, peerKeys, Platforms.RANDOM);
        return new ReceiveStart(
                policy, shareWith, peerCertificate().bytes(), session.bytes(), guestMemory);
    }

    /** Signed by nobody: no receiver looks. */
    SevCertificate peerCertificate() {
        return new CertificateIssuer(1, 55, Platforms.RANDOM)
                .unsigned(CertificateUsage.PDH, peerKey.publicKey());
    }

    /** A packet of that platform's. */
    PacketBuffer arriving(byte[] page) {
        PacketBuffer packet = PacketBuffer.allocate(page.length);
        try (PacketCipher cipher = new PacketCipher(peerKeys)) {
            cipher.seal(page, 0, page.length, packet.header(), 0, packet.data(), 0);
        }
        return packet;
    }

    /** A secret of the owner of a guest that was launched without one: the keys are zero. */
    LaunchSecret sealed(byte[] secret) throws SevException {
        byte[] iv = new byte[16];
        Platforms.RANDOM.nextBytes(iv);
        try (TransportKeys keys = TransportKeys.of(new byte[16], new byte[16])) {
            return LaunchSecret.seal(secret, iv, platform.version().measured(), measurement, keys);
        }
    }

    @Override
    public void close() {
        firmware.close();
        peerKey.close();
        peerKeys.close();
    }
}
