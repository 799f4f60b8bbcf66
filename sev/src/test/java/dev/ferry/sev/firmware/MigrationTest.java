package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Guests that go from platform to platform. */
final class MigrationTest {
    private static final long SEED = 20260701;
    private static final int PAGE = TestHost.PAGE;

    /** DOMAIN, SEV, API 1.55: debugging is allowed, so that memory can be compared. */
    private static final GuestPolicy POLICY = new GuestPolicy(0x37010030);

    private static final PlatformFile A = Owners.ONE.takes(Platforms.A);
    private static final PlatformFile B = Owners.ONE.takes(Platforms.B);
    private static final PlatformFile C = Owners.ONE.takes(Platforms.C);

    private static byte[] pattern() {
        byte[] pattern = new byte[TestHost.PAGES * PAGE];
        new Random(SEED).nextBytes(pattern);
        Arrays.fill(pattern, 2 * PAGE, 4 * PAGE, (byte) 0);
        return pattern;
    }

    /** Moves a guest page by page. */
    private static int move(TestHost from, int guest, TestHost to) throws SevException {
        SendSession session = from.firmware.sendStart(from.departure(guest, to.platform));
        int arrived =
                to.firmware.receiveStart(
                        ReceiveStart.of(
                                session.policy(),
                                from.firmware.pdhCertExport(2084, 6252).pdh().bytes(),
                                session.session(),
                                to.guestMemory));
        to.activate(arrived, session.policy());
        PacketBuffer packet = PacketBuffer.allocate(PAGE);
        for (int at = 0; at < from.memory.length; at += PAGE) {
            from.firmware.sendUpdateData(guest, at, PAGE, packet);
            to.firmware.receiveUpdateData(arrived, at, PAGE, packet);
        }
        from.firmware.sendFinish(guest);
        to.firmware.receiveFinish(arrived);
        assertEquals(GuestState.SENT, from.firmware.guestStatus(guest).state());
        assertEquals(GuestState.RUNNING, to.firmware.guestStatus(arrived).state());
        from.firmware.deactivate(guest);
        from.firmware.decommission(guest);
        return arrived;
    }

    private static byte[] inTheClear(TestHost host, int guest) throws SevException {
        byte[] memory = new byte[host.memory.length];
        host.firmware.dbgDecrypt(guest, 0, memory, 0, memory.length);
        return memory;
    }

    private static void assertNoBlockEqual(byte[] one, byte[] other) {
        for (int at = 0; at < one.length; at += 16) {
            assertFalse(
                    Arrays.equals(one, at, at + 16, other, at, at + 16),
                    "equal at 0x" + Integer.toHexString(at));
        }
    }

    @Test
    void guestComesBackUnchangedFromTwoOtherPlatforms() throws SevException {
        byte[] pattern = pattern();
        try (TestHost a = TestHost.up(A);
                TestHost b = TestHost.up(B);
                TestHost c = TestHost.up(C);
                TestHost again = TestHost.up(A)) {
            System.arraycopy(pattern, 0, a.memory, 0, pattern.length);
            int onA = a.running(POLICY);
            assertNoBlockEqual(pattern, a.memory);

            int onB = move(a, onA, b);
            assertNoBlockEqual(pattern, b.memory);
            assertNoBlockEqual(a.memory, b.memory);

            int onC = move(b, onB, c);
            assertNoBlockEqual(pattern, c.memory);
            assertNoBlockEqual(b.memory, c.memory);

            int back = move(c, onC, again);
            assertNoBlockEqual(pattern, again.memory);
            assertNoBlockEqual(a.memory, again.memory);
            assertArrayEquals(pattern, inTheClear(again, back));
            assertEquals(PlatformState.INIT, a.firmware.platformStatus().state());
        }
    }

    @Test
    void cancelledGuestIsSentAgainWithNewKeys() throws SevException {
        byte[] pattern = pattern();
        try (TestHost a = TestHost.up(A);
                TestHost b = TestHost.up(B)) {
            System.arraycopy(pattern, 0, a.memory, 0, pattern.length);
            int guest = a.running(POLICY);
            SendSession first = a.firmware.sendStart(a.departure(guest, B));
            PacketBuffer old = PacketBuffer.allocate(PAGE);
            a.firmware.sendUpdateData(guest, 0, PAGE, old);
            a.firmware.sendCancel(guest);
            assertEquals(GuestState.RUNNING, a.firmware.guestStatus(guest).state());
            assertEquals(
                    FirmwareStatus.INVALID_GUEST_STATE,
                    TestHost.status(() -> a.firmware.sendUpdateData(guest, 0, PAGE, old)));

            int arrived = move(a, guest, b);
            assertArrayEquals(pattern, inTheClear(b, arrived));

            SendSession second;
            try (TestHost other = TestHost.up(A)) {
                int twin = other.running(POLICY);
                second = other.firmware.sendStart(other.departure(twin, B));
            }
            assertFalse(Arrays.equals(first.session(), second.session()));
        }
    }

    @Test
    void packetOfACancelledSessionIsNotTaken() throws SevException {
        try (TestHost a = TestHost.up(A);
                TestHost b = TestHost.up(B)) {
            int guest = a.running(POLICY);
            a.firmware.sendStart(a.departure(guest, B));
            PacketBuffer old = PacketBuffer.allocate(PAGE);
            a.firmware.sendUpdateData(guest, 0, PAGE, old);
            a.firmware.sendCancel(guest);
            SendSession session = a.firmware.sendStart(a.departure(guest, B));
            int arrived =
                    b.firmware.receiveStart(
                            ReceiveStart.of(
                                    session.policy(),
                                    A.pdh().bytes(),
                                    session.session(),
                                    b.guestMemory));
            b.activate(arrived, POLICY);
            byte[] before = b.memory.clone();
            assertEquals(
                    FirmwareStatus.BAD_MEASUREMENT,
                    TestHost.status(() -> b.firmware.receiveUpdateData(arrived, 0, PAGE, old)));
            assertArrayEquals(before, b.memory);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 15})
    void failureAtAnyPageLeavesTheGuestSendable(int page) throws SevException {
        byte[] pattern = pattern();
        try (TestHost a = TestHost.up(A);
                TestHost b = TestHost.up(B);
                TestHost c = TestHost.up(C)) {
            System.arraycopy(pattern, 0, a.memory, 0, pattern.length);
            int guest = a.running(POLICY);
            byte[] ciphertext = a.memory.clone();
            SendSession session = a.firmware.sendStart(a.departure(guest, B));
            int arrived =
                    b.firmware.receiveStart(
                            ReceiveStart.of(
                                    session.policy(),
                                    A.pdh().bytes(),
                                    session.session(),
                                    b.guestMemory));
            b.activate(arrived, POLICY);
            PacketBuffer packet = PacketBuffer.allocate(PAGE);
            for (int i = 0; i < page; i++) {
                a.firmware.sendUpdateData(guest, (long) i * PAGE, PAGE, packet);
                b.firmware.receiveUpdateData(arrived, (long) i * PAGE, PAGE, packet);
            }
            a.firmware.sendUpdateData(guest, (long) page * PAGE, PAGE, packet);
            packet.data()[page] ^= 1;
            SevException told =
                    assertThrows(
                            SevException.class,
                            () ->
                                    b.firmware.receiveUpdateData(
                                            arrived, (long) page * PAGE, PAGE, packet));
            assertEquals(FirmwareStatus.BAD_MEASUREMENT, told.status());
            assertEquals(
                    FirmwareStatus.INVALID_ADDRESS,
                    TestHost.status(
                            () -> a.firmware.sendUpdateData(guest, 1L << 40, PAGE, packet)));
            assertEquals(GuestState.SEND_UPDATE, a.firmware.guestStatus(guest).state());

            a.firmware.sendCancel(guest);
            assertArrayEquals(ciphertext, a.memory);
            assertArrayEquals(pattern, inTheClear(c, move(a, guest, c)));
        }
    }

    @Test
    void vmsaGoesAlongUnderTheFirmwaresContext() throws SevException {
        byte[] pattern = pattern();
        try (TestHost a = TestHost.up(Platforms.A);
                TestHost b = TestHost.up(Platforms.B)) {
            System.arraycopy(pattern, 0, a.memory, 0, pattern.length);
            int guest = a.firmware.launchStart(LaunchStart.of(TestHost.ES, a.guestMemory));
            a.activate(guest, TestHost.ES);
            a.firmware.launchUpdateVmsa(guest, 0, PAGE);
            a.firmware.launchMeasure(guest, 48);
            a.firmware.launchFinish(guest);
            SendSession session = a.firmware.sendStart(a.departure(guest, Platforms.B));
            int arrived =
                    b.firmware.receiveStart(
                            ReceiveStart.of(
                                    session.policy(),
                                    Platforms.A.pdh().bytes(),
                                    session.session(),
                                    b.guestMemory));
            b.activate(arrived, TestHost.ES);
            PacketBuffer packet = PacketBuffer.allocate(PAGE);
            a.firmware.sendUpdateVmsa(guest, 0, PAGE, packet);
            b.firmware.receiveUpdateVmsa(arrived, 0, PAGE, packet);
            b.firmware.receiveUpdateData(arrived, PAGE, PAGE, packet);
            byte[] clear = new byte[2 * PAGE];
            b.firmware.dbgDecrypt(arrived, 0, clear, 0, clear.length);
            assertArrayEquals(
                    Arrays.copyOf(pattern, PAGE), Arrays.copyOf(clear, PAGE), "seed " + SEED);
            assertArrayEquals(
                    Arrays.copyOf(pattern, PAGE), Arrays.copyOfRange(clear, PAGE, 2 * PAGE));
        }
    }
}
