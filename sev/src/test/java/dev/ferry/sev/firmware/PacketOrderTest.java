package dev.ferry.sev.firmware;

import static dev.ferry.sev.FirmwareStatus.BAD_MEASUREMENT;
import static dev.ferry.sev.FirmwareStatus.INACTIVE;
import static dev.ferry.sev.FirmwareStatus.INVALID_ADDRESS;
import static dev.ferry.sev.FirmwareStatus.INVALID_GUEST;
import static dev.ferry.sev.FirmwareStatus.INVALID_GUEST_STATE;
import static dev.ferry.sev.FirmwareStatus.INVALID_LENGTH;
import static dev.ferry.sev.FirmwareStatus.INVALID_PLATFORM_STATE;
import static dev.ferry.sev.FirmwareStatus.POLICY_FAILURE;
import static dev.ferry.sev.FirmwareStatus.SUCCESS;
import static dev.ferry.sev.FirmwareStatus.UNSUPPORTED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Packets and debugging: faults in the firmware's order, each with all later ones present. */
final class PacketOrderTest {
    private static final GuestPolicy PLAIN = new GuestPolicy(0);
    private static final int PAGE = TestHost.PAGE;

    private final TestHost host = new TestHost(Platforms.A);
    private final SecureProcessor firmware = host.firmware;

    @BeforeEach
    void init() throws SevException {
        host.init();
    }

    @AfterEach
    void close() {
        host.close();
    }

    private static PacketBuffer room(int header, int data) {
        return PacketBuffer.over(new byte[header], new byte[data]);
    }

    private FirmwareStatus send(int guest, long address, int length, PacketBuffer packet) {
        return TestHost.status(() -> firmware.sendUpdateData(guest, address, length, packet));
    }

    private FirmwareStatus receive(int guest, long address, int length, PacketBuffer packet) {
        return TestHost.status(() -> firmware.receiveUpdateData(guest, address, length, packet));
    }

    @Test
    void sendingPackets() throws SevException {
        int guest = host.guest(GuestState.SEND_UPDATE, PLAIN);
        int running = host.guest(GuestState.RUNNING, PLAIN);
        LengthException told =
                assertThrows(
                        LengthException.class,
                        () -> firmware.sendUpdateData(999, 8, 17, room(51, 0)));
        assertEquals(52, told.required());
        assertEquals(INVALID_GUEST, send(999, 8, 17, room(52, 0)));
        assertEquals(INVALID_GUEST_STATE, send(running, 8, 17, room(52, 0)));
        assertEquals(
                UNSUPPORTED,
                TestHost.status(() -> firmware.sendUpdateVmsa(guest, 8, 17, room(52, 0))));
        for (int length : new int[] {17, 0, -16, 0x5010}) {
            assertEquals(INVALID_LENGTH, send(guest, 8, length, room(52, 0x6000)), "" + length);
        }
        assertEquals(INVALID_LENGTH, send(guest, 8, 32, room(52, 16)));
        assertEquals(INVALID_ADDRESS, send(guest, 8, 32, room(52, 32)));
        assertEquals(INVALID_ADDRESS, send(guest, host.memory.length, 32, room(52, 32)));
        assertEquals(SUCCESS, send(guest, 0, 0x5000, room(52, 0x5000)));
        assertEquals(SUCCESS, send(guest, 0x30, 16, room(60, 40)));

        firmware.deactivate(guest);
        assertEquals(INACTIVE, send(guest, 8, 17, room(52, 0)));
        firmware.shutdown();
        assertEquals(INVALID_PLATFORM_STATE, send(guest, 8, 17, room(51, 0)));
    }

    @Test
    void receivingPackets() throws SevException {
        int guest = host.guest(GuestState.RECEIVE_UPDATE, PLAIN);
        int running = host.guest(GuestState.RUNNING, PLAIN);
        PacketBuffer page = host.arriving(new byte[PAGE]);
        assertEquals(INVALID_GUEST, receive(999, 8, 17, room(51, 0)));
        assertEquals(INVALID_GUEST_STATE, receive(running, 8, 17, room(51, 0)));
        assertEquals(
                UNSUPPORTED,
                TestHost.status(() -> firmware.receiveUpdateVmsa(guest, 8, 17, room(51, 0))));
        for (int length : new int[] {17, 0, -16, 0x5010}) {
            assertEquals(INVALID_LENGTH, receive(guest, 8, length, room(52, 0x5010)), "" + length);
        }
        assertEquals(INVALID_LENGTH, receive(guest, 8, PAGE, room(52, PAGE + 16)));
        assertEquals(INVALID_LENGTH, receive(guest, 8, PAGE, room(51, PAGE)));
        PacketBuffer compressed = room(52, PAGE);
        compressed.header()[0] = 1;
        assertEquals(INVALID_ADDRESS, receive(guest, 8, PAGE, compressed));
        assertEquals(INVALID_ADDRESS, receive(guest, -PAGE, PAGE, compressed));
        assertEquals(UNSUPPORTED, receive(guest, 0, PAGE, compressed));
        assertEquals(BAD_MEASUREMENT, receive(guest, 0, PAGE, room(52, PAGE)));
        assertEquals(SUCCESS, receive(guest, 0, PAGE, page));
        // nothing says which page a packet is of, nor that it was there before
        assertEquals(SUCCESS, receive(guest, PAGE, PAGE, page));

        firmware.deactivate(guest);
        assertEquals(INACTIVE, receive(guest, 8, 17, room(51, 0)));
        firmware.shutdown();
        assertEquals(INVALID_PLATFORM_STATE, receive(guest, 8, 17, room(51, 0)));
    }

    @Test
    void packetsMayLieAnywhereInTheHostsArrays() throws SevException {
        int guest = host.guest(GuestState.SEND_UPDATE, PLAIN);
        PacketBuffer packet = room(200, 3 * PAGE);
        assertEquals(SUCCESS, send(guest, 0, PAGE, packet.at(148, 52, 2 * PAGE, PAGE)));
        assertArrayEquals(new byte[148], Arrays.copyOf(packet.header(), 148));
        assertArrayEquals(new byte[2 * PAGE], Arrays.copyOf(packet.data(), 2 * PAGE));
        int[][] outside = {
            {149, 52, 0, PAGE},
            {-1, 52, 0, PAGE},
            {Integer.MAX_VALUE, 52, 0, PAGE},
            {0, 52, 2 * PAGE + 1, PAGE},
            {0, 52, -1, PAGE},
            {0, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE},
        };
        for (int[] at : outside) {
            assertEquals(
                    INVALID_ADDRESS,
                    send(guest, 0, PAGE, packet.at(at[0], at[1], at[2], at[3])),
                    Arrays.toString(at));
        }
    }

    @Test
    void debugging() throws SevException {
        int open = host.guest(GuestState.RUNNING, PLAIN);
        int closed = host.guest(GuestState.RUNNING, new GuestPolicy(GuestPolicy.Flag.NODBG.mask()));
        byte[] page = new byte[PAGE];
        assertEquals(INVALID_ADDRESS, decrypt(999, 8, page, 8, 8));
        assertEquals(INVALID_ADDRESS, decrypt(999, 0, page, 8, 8));
        assertEquals(INVALID_LENGTH, decrypt(999, 0, page, 0, 8));
        assertEquals(INVALID_LENGTH, decrypt(999, 0, page, 0, -16));
        assertEquals(INVALID_GUEST, decrypt(999, 0, page, 0, 16));
        firmware.deactivate(closed);
        assertEquals(POLICY_FAILURE, decrypt(closed, 0, page, 0, 16));
        assertEquals(INVALID_ADDRESS, decrypt(open, host.memory.length, page, 0, 16));
        assertEquals(INVALID_ADDRESS, decrypt(open, 0, page, PAGE, 16));
        assertEquals(INVALID_ADDRESS, decrypt(open, 0, page, -16, 16));
        assertEquals(SUCCESS, decrypt(open, 0, page, 0, 0));

        byte[] clear = new byte[3 * PAGE];
        Arrays.fill(clear, (byte) 0x3c);
        firmware.dbgEncrypt(open, 16, clear, 32, 2 * PAGE);
        byte[] back = new byte[3 * PAGE];
        firmware.dbgDecrypt(open, 16, back, 32, 2 * PAGE);
        assertArrayEquals(
                Arrays.copyOfRange(clear, 32, 32 + 2 * PAGE),
                Arrays.copyOfRange(back, 32, 32 + 2 * PAGE));
        assertArrayEquals(new byte[32], Arrays.copyOf(back, 32));
        firmware.deactivate(open);
        assertEquals(INACTIVE, decrypt(open, host.memory.length, page, 0, 16));
    }

    private FirmwareStatus decrypt(int guest, long address, byte[] into, int at, int length) {
        return TestHost.status(() -> firmware.dbgDecrypt(guest, address, into, at, length));
    }
}
