package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.AmdChain;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.cert.PlatformChain;
import dev.ferry.sev.cert.SevCertificate;
import dev.ferry.sev.policy.GuestPolicy;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.SevPlatformTruth;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The software firmware takes what AMD's QEMU fork sent to the platforms of the captures. */
final class CaptureTest {
    private static final int PAGE = 4096;
    private static final int HEADER = 52;

    static List<SevFixture> captures() {
        return SevFixtures.all();
    }

    private static PlatformFile platform(SevPlatformTruth truth) throws SevException {
        String[] api = truth.apiVersion().split("\\.", -1);
        try (P384PrivateKey key = P384PrivateKey.of(truth.pdhPrivateKey())) {
            return PlatformFile.ofPdh(
                    new FirmwareVersion(
                            Integer.parseInt(api[0]), Integer.parseInt(api[1]), truth.build()),
                    key,
                    SevCertificate.parse(truth.certificate("pdh")),
                    PlatformChain.parse(truth.platformChain()),
                    AmdChain.parse(truth.amdChain()));
        }
    }

    private static SecureProcessor up(SevPlatformTruth truth) throws SevException {
        SecureProcessor firmware = SecureProcessor.of(platform(truth), Platforms.RANDOM);
        firmware.init(InitParameters.SEV);
        firmware.wbinvd();
        firmware.dfFlush();
        return firmware;
    }

    /** The first packet, found in the stream by its header. */
    private static PacketBuffer firstPacket(SevFixture capture) throws IOException {
        byte[] stream = capture.readAllBytes();
        JsonNode first = capture.metadata().required("first_packet");
        byte[] header = HexFormat.of().parseHex(first.required("header").asText());
        for (int at = 0; at + HEADER <= stream.length; at++) {
            if (Arrays.equals(stream, at, at + HEADER, header, 0, HEADER)) {
                // the length of the data, a be32, lies between
                int data = at + HEADER + Integer.BYTES;
                return PacketBuffer.over(header, Arrays.copyOfRange(stream, data, data + PAGE));
            }
        }
        throw new AssertionError("no header of the first packet in " + capture);
    }

    @ParameterizedTest
    @MethodSource("captures")
    void destinationTakesTheSessionAndOpensTheFirstPacket(SevFixture capture) throws Exception {
        byte[] memory = new byte[PAGE];
        GuestMemory guestMemory = GuestMemory.of(MemorySegment.ofArray(memory), 0);
        GuestPolicy policy = new GuestPolicy(capture.policy());
        try (SecureProcessor firmware = up(capture.destination())) {
            int handle =
                    firmware.receiveStart(
                            ReceiveStart.of(
                                    policy,
                                    capture.session("source_pdh"),
                                    capture.session("session_blob"),
                                    guestMemory));
            firmware.activate(handle, 100);
            firmware.receiveUpdateData(handle, 0, PAGE, firstPacket(capture));

            byte[] plain = memory.clone();
            firmware.memoryEncryption(100).orElseThrow().decrypt(0, plain, 0, PAGE);
            assertEquals(
                    capture.metadata()
                            .required("first_packet")
                            .required("plaintext_sha256")
                            .asText(),
                    sha256(plain));
            assertEquals(policy, firmware.guestStatus(handle).policy());
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    @ParameterizedTest
    @MethodSource("captures")
    void sourceSendsAgainToTheDestination(SevFixture capture) throws Exception {
        byte[] memory = new byte[PAGE];
        GuestMemory guestMemory = GuestMemory.of(MemorySegment.ofArray(memory), 0);
        GuestPolicy policy = new GuestPolicy(capture.policy());
        try (SecureProcessor source = up(capture.source());
                SecureProcessor destination = up(capture.destination())) {
            int guest = source.launchStart(LaunchStart.of(policy, guestMemory));
            source.launchMeasure(guest, 48);
            source.launchFinish(guest);
            SendSession session =
                    source.sendStart(
                            SendStart.of(
                                    guest,
                                    capture.destination().certificate("pdh"),
                                    capture.destination().platformChain(),
                                    capture.destination().amdChain()));
            int arrived =
                    destination.receiveStart(
                            ReceiveStart.of(
                                    session.policy(),
                                    capture.source().certificate("pdh"),
                                    session.session(),
                                    guestMemory));
            assertEquals(GuestState.RECEIVE_UPDATE, destination.guestStatus(arrived).state());
        }
    }

    /** What is changed, and the number that AMD's QEMU fork was seen to get for it. */
    record Tampering(
            String name, int expected, UnaryOperator<byte[]> session, UnaryOperator<byte[]> pdh) {

        static Tampering session(String name, int expected, int at) {
            return new Tampering(name, expected, flipped(at), UnaryOperator.identity());
        }

        private static UnaryOperator<byte[]> flipped(int at) {
            return bytes -> {
                bytes[at] ^= 1;
                return bytes;
            };
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Tampering> tamperings() {
        return List.of(
                Tampering.session("nonce", 0xb, 0),
                Tampering.session("wrapped TEK", 0xb, 16),
                Tampering.session("wrapped TIK", 0xb, 32),
                Tampering.session("wrap IV", 0xb, 48),
                Tampering.session("wrap MAC", 0xb, 64),
                Tampering.session("policy MAC", 0xb, 127),
                new Tampering("PDH's key", 6, UnaryOperator.identity(), Tampering.flipped(0x14)),
                new Tampering(
                        "PDH one word short",
                        4,
                        UnaryOperator.identity(),
                        pdh -> Arrays.copyOf(pdh, pdh.length - 4)),
                new Tampering(
                        "session one byte long",
                        4,
                        session -> Arrays.copyOf(session, 129),
                        UnaryOperator.identity()),
                // nobody looks at the signature of a sender's PDH
                new Tampering(
                        "PDH's signature", 0, UnaryOperator.identity(), Tampering.flipped(0x41c)));
    }

    @ParameterizedTest
    @MethodSource("tamperings")
    void alteredSessionIsAnsweredAsObserved(Tampering tampering) throws SevException {
        for (SevFixture capture : captures()) {
            try (SecureProcessor firmware = up(capture.destination())) {
                ReceiveStart start =
                        ReceiveStart.of(
                                new GuestPolicy(capture.policy()),
                                tampering.pdh().apply(capture.session("source_pdh")),
                                tampering.session().apply(capture.session("session_blob")),
                                GuestMemory.of(MemorySegment.ofArray(new byte[PAGE]), 0));
                assertEquals(
                        FirmwareStatus.of(tampering.expected()).orElseThrow(),
                        TestHost.status(() -> firmware.receiveStart(start)),
                        capture.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void alteredPolicyAndAnotherPlatformAreAnsweredAsObserved(SevFixture capture)
            throws SevException {
        GuestMemory memory = GuestMemory.of(MemorySegment.ofArray(new byte[PAGE]), 0);
        byte[] pdh = capture.session("source_pdh");
        byte[] session = capture.session("session_blob");
        try (SecureProcessor destination = up(capture.destination());
                SecureProcessor source = up(capture.source())) {
            for (int bit = 0; bit < 32; bit++) {
                GuestPolicy altered = new GuestPolicy(capture.policy() ^ 1 << bit);
                assertEquals(
                        FirmwareStatus.BAD_MEASUREMENT,
                        TestHost.status(() ->
                                destination.receiveStart(
                                        ReceiveStart.of(altered, pdh, session, memory))));
            }
            assertEquals(
                    FirmwareStatus.BAD_MEASUREMENT,
                    TestHost.status(() ->
                            source.receiveStart(
                                    ReceiveStart.of(
                                            new GuestPolicy(capture.policy()),
                                            pdh,
                                            session,
                                            memory))));
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void alteredPacketIsAnsweredAsObservedAndChangesNothing(SevFixture capture) throws Exception {
        byte[] memory = new byte[PAGE];
        Arrays.fill(memory, (byte) 0x77);
        byte[] before = memory.clone();
        try (SecureProcessor firmware = up(capture.destination())) {
            int handle =
                    firmware.receiveStart(
                            ReceiveStart.of(
                                    new GuestPolicy(capture.policy()),
                                    capture.session("source_pdh"),
                                    capture.session("session_blob"),
                                    GuestMemory.of(MemorySegment.ofArray(memory), 0)));
            firmware.activate(handle, 100);
            PacketBuffer packet = firstPacket(capture);
            for (int at : new int[] {1, 4, 19, 20, 51}) {
                packet.header()[at] ^= 1;
                assertEquals(FirmwareStatus.BAD_MEASUREMENT, receive(firmware, handle, packet));
                packet.header()[at] ^= 1;
            }
            for (int at : new int[] {0, 2048, 4095}) {
                packet.data()[at] ^= (byte) 0x80;
                assertEquals(FirmwareStatus.BAD_MEASUREMENT, receive(firmware, handle, packet));
                packet.data()[at] ^= (byte) 0x80;
            }
            packet.header()[0] ^= 1;
            assertEquals(FirmwareStatus.UNSUPPORTED, receive(firmware, handle, packet));
            packet.header()[0] ^= 1;
            assertArrayEquals(before, memory);
            assertEquals(FirmwareStatus.SUCCESS, receive(firmware, handle, packet));
        }
    }

    private static FirmwareStatus receive(
            SecureProcessor firmware, int handle, PacketBuffer packet) {
        return TestHost.status(() -> firmware.receiveUpdateData(handle, 0, PAGE, packet));
    }
}
