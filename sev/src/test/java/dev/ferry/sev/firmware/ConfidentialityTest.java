package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.sev.policy.GuestPolicy;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A known text that fills private memory is found nowhere but where the guest is. */
final class ConfidentialityTest {
    private static final int PAGE = TestHost.PAGE;
    private static final byte[] TEXT = "SIXTEEN LETTERS!".getBytes(StandardCharsets.US_ASCII);
    private static final GuestPolicy POLICY = new GuestPolicy(GuestPolicy.Flag.NODBG.mask());

    @TempDir private Path directory = Path.of("");

    private static boolean contains(byte[] where, byte[] what) {
        return new String(where, StandardCharsets.ISO_8859_1)
                .contains(new String(what, StandardCharsets.ISO_8859_1));
    }

    private static void fill(byte[] memory) {
        for (int at = 0; at < memory.length; at += TEXT.length) {
            System.arraycopy(TEXT, 0, memory, at, TEXT.length);
        }
    }

    @Test
    void textIsFoundNeitherInHostsMemoryNorOnTheWire() throws Exception {
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        List<Object> said = new ArrayList<>();
        try (TestHost a = TestHost.up(Platforms.A);
                TestHost b = TestHost.up(Platforms.B)) {
            fill(a.memory);
            assertTrue(contains(a.memory, TEXT));
            int guest = a.running(POLICY);
            assertFalse(contains(a.memory, TEXT), "memory of the sender");

            SendStart start = a.departure(guest, Platforms.B);
            SendSession session = a.firmware.sendStart(start);
            wire.write(session.session());
            ReceiveStart arrival =
                    ReceiveStart.of(
                            session.policy(),
                            Platforms.A.pdh().bytes(),
                            session.session(),
                            b.guestMemory);
            int arrived = b.firmware.receiveStart(arrival);
            b.activate(arrived, POLICY);
            PacketBuffer packet = PacketBuffer.allocate(PAGE);
            for (int at = 0; at < a.memory.length; at += PAGE) {
                a.firmware.sendUpdateData(guest, at, PAGE, packet);
                wire.write(packet.header());
                wire.write(packet.data());
                b.firmware.receiveUpdateData(arrived, at, PAGE, packet);
            }
            said.addAll(List.of(a.firmware, b.firmware, session, start, arrival, packet));
            said.addAll(refusals(a, guest, packet));
            said.addAll(refusals(b, arrived, packet));
            b.firmware.receiveFinish(arrived);
            assertFalse(contains(b.memory, TEXT), "memory of the receiver");
            assertFalse(contains(wire.toByteArray(), TEXT), "wire");

            byte[] arrivedAsGuest = b.memory.clone();
            int asid = b.firmware.guestStatus(arrived).asid();
            b.firmware
                    .memoryEncryption(asid)
                    .orElseThrow()
                    .decrypt(0, arrivedAsGuest, 0, arrivedAsGuest.length);
            byte[] expected = new byte[arrivedAsGuest.length];
            fill(expected);
            assertArrayEquals(expected, arrivedAsGuest);
        }
        for (Object each : said) {
            assertFalse(each.toString().contains("LETTERS"), each::toString);
            assertFalse(each.toString().contains(HexFormat.of().formatHex(TEXT)), each::toString);
        }
    }

    /** Messages of commands that go wrong, with the guest's packets in hand. */
    private static List<String> refusals(TestHost host, int guest, PacketBuffer packet) {
        List<String> messages = new ArrayList<>();
        for (Command command : Command.values()) {
            if (command == Command.SHUTDOWN || command == Command.DEACTIVATE) {
                continue;
            }
            packet.data()[0] ^= 1;
            try {
                switch (command) {
                    case RECEIVE_UPDATE_DATA ->
                            host.firmware.receiveUpdateData(guest, 0, PAGE, packet);
                    case SEND_UPDATE_DATA -> host.firmware.sendUpdateData(guest, 8, PAGE, packet);
                    case SEND_FINISH, RECEIVE_FINISH, SEND_CANCEL -> {}
                    default -> Calls.give(command, host, guest);
                }
            } catch (SevException e) {
                for (Throwable at = e; at != null; at = at.getCause()) {
                    messages.add(Objects.toString(at.getMessage()));
                }
            }
        }
        assertTrue(messages.size() > 10, messages::toString);
        return messages;
    }

    @Test
    void everyAddressAndEveryGuestHasItsOwnCiphertext() throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            fill(host.memory);
            host.running(POLICY);
            byte[] first = host.memory.clone();
            fill(host.memory);
            host.running(POLICY);
            List<String> blocks = new ArrayList<>();
            for (int at = 0; at < first.length; at += 16) {
                blocks.add(HexFormat.of().formatHex(first, at, at + 16));
                blocks.add(HexFormat.of().formatHex(host.memory, at, at + 16));
            }
            assertEquals(blocks.size(), blocks.stream().distinct().count());
        }
    }

    @Test
    void privateKeysOfAPlatformAreInNoOtherFileAndNothingThatIsExported() throws Exception {
        Path file = directory.resolve("b.json");
        Platforms.B.write(file);
        byte[] key;
        try (P384PrivateKey pdhKey = Platforms.A.pdhKey()) {
            key = pdhKey.bytes();
        }
        List<byte[]> places =
                List.of(
                        Files.readAllBytes(file),
                        Platforms.A.pdh().bytes(),
                        Platforms.A.chain().bytes(),
                        Platforms.A.amdChain().bytes());
        for (byte[] place : places) {
            assertFalse(contains(place, key));
            String text = new String(place, StandardCharsets.ISO_8859_1);
            assertFalse(text.contains(HexFormat.of().formatHex(key)));
            assertFalse(text.contains(Base64.getEncoder().encodeToString(key)));
        }
    }

    @Test
    void keysAreErasedWhereTheSessionEnds() throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            int sending = host.guest(GuestState.SEND_UPDATE, POLICY);
            host.firmware.sendFinish(sending);
            int receiving = host.guest(GuestState.RECEIVE_UPDATE, POLICY);
            host.firmware.receiveFinish(receiving);
            int launched = host.guest(GuestState.RUNNING, POLICY);
            int cancelled = host.guest(GuestState.SEND_UPDATE, POLICY);
            host.firmware.sendCancel(cancelled);
            for (int guest : new int[] {sending, receiving, launched, cancelled}) {
                assertFalse(host.firmware.hasChannel(guest), "guest " + guest);
            }
            int open = host.guest(GuestState.SEND_UPDATE, POLICY);
            assertTrue(host.firmware.hasChannel(open));
        }
    }
}
