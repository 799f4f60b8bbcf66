package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.sev.policy.GuestPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** ASIDs: who has one, and when caches must be flushed. */
final class ActivationTest {
    private static final GuestPolicy PLAIN = new GuestPolicy(0);
    private static final int LAST = AsidRange.DEFAULT.total();
    private static final int FIRST_PLAIN = AsidRange.DEFAULT.encryptedState() + 1;

    private final TestHost host = new TestHost(Platforms.A);
    private final SecureProcessor firmware = host.firmware;

    @AfterEach
    void close() {
        host.close();
    }

    private int launching() throws SevException {
        return firmware.launchStart(LaunchStart.of(PLAIN, host.guestMemory));
    }

    private FirmwareStatus activate(int handle, int asid) {
        return TestHost.status(() -> firmware.activate(handle, asid));
    }

    private FirmwareStatus flush() {
        return TestHost.status(firmware::dfFlush);
    }

    @Test
    void afterInitCachesMustBeFlushed() throws SevException {
        firmware.init(InitParameters.SEV);
        int guest = launching();
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, LAST));
        assertEquals(FirmwareStatus.WBINVD_REQUIRED, flush());
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, LAST));
        firmware.wbinvd();
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, LAST));
        assertEquals(FirmwareStatus.SUCCESS, flush());
        assertEquals(FirmwareStatus.SUCCESS, activate(guest, LAST));
        assertEquals(LAST, firmware.guestStatus(guest).asid());
    }

    @Test
    void asidThatWasInUseMustBeFlushedBeforeItIsUsedAgain() throws SevException {
        host.init();
        int guest = host.guest(GuestState.RUNNING, PLAIN);
        int asid = firmware.guestStatus(guest).asid();
        firmware.deactivate(guest);
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, asid));
        assertEquals(FirmwareStatus.WBINVD_REQUIRED, flush());
        assertEquals(FirmwareStatus.SUCCESS, activate(guest, asid + 1), "another ASID is clean");
        firmware.wbinvd();
        assertEquals(FirmwareStatus.SUCCESS, flush());
        int second = launching();
        assertEquals(FirmwareStatus.SUCCESS, activate(second, asid));
    }

    @Test
    void asidOfAGuestThatNeverRanStaysClean() throws SevException {
        host.init();
        int guest = launching();
        assertEquals(FirmwareStatus.SUCCESS, activate(guest, LAST));
        firmware.deactivate(guest);
        assertEquals(FirmwareStatus.SUCCESS, activate(guest, LAST));
    }

    @Test
    void launchFinishTakesThePendingAsidInUse() throws SevException {
        host.init();
        int guest = launching();
        assertEquals(FirmwareStatus.SUCCESS, activate(guest, LAST));
        firmware.launchMeasure(guest, 48);
        firmware.launchFinish(guest);
        firmware.deactivate(guest);
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, LAST));
    }

    @Test
    void receiveFinishTakesThePendingAsidInUse() throws SevException {
        host.init();
        int guest = host.guest(GuestState.RECEIVE_UPDATE, PLAIN);
        int asid = firmware.guestStatus(guest).asid();
        firmware.receiveFinish(guest);
        firmware.deactivate(guest);
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(guest, asid));
    }

    @Test
    void asidMustBeInRangeAndFree() throws SevException {
        host.init();
        int guest = launching();
        int other = launching();
        assertEquals(FirmwareStatus.SUCCESS, activate(other, LAST));
        for (int asid : new int[] {0, -1, LAST + 1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(FirmwareStatus.INVALID_ASID, activate(guest, asid), "ASID " + asid);
            // the range comes before the guest's own activity
            assertEquals(FirmwareStatus.INVALID_ASID, activate(other, asid), "ASID " + asid);
        }
        assertEquals(FirmwareStatus.ASID_OWNED, activate(guest, LAST));
        // so does the owner of the ASID, even if it is the guest itself
        assertEquals(FirmwareStatus.ASID_OWNED, activate(other, LAST));
        assertEquals(FirmwareStatus.ACTIVE, activate(other, LAST - 1));
    }

    @Test
    void sevEsGuestsHaveTheirOwnAsids() throws SevException {
        host.init();
        int plain = launching();
        int es = firmware.launchStart(LaunchStart.of(TestHost.ES, host.guestMemory));
        assertEquals(FirmwareStatus.INVALID_ASID, activate(plain, FIRST_PLAIN - 1));
        assertEquals(FirmwareStatus.INVALID_ASID, activate(es, FIRST_PLAIN));
        assertEquals(FirmwareStatus.SUCCESS, activate(plain, FIRST_PLAIN));
        assertEquals(FirmwareStatus.SUCCESS, activate(es, FIRST_PLAIN - 1));
    }

    @Test
    void flushComesBeforeTheRangeOfSevEs() throws SevException {
        firmware.init(InitParameters.SEV_ES);
        int plain = launching();
        assertEquals(FirmwareStatus.DF_FLUSH_REQUIRED, activate(plain, 1));
    }

    @Test
    void engineIsThereWhileTheGuestHasItsAsid() throws SevException {
        host.init();
        int guest = launching();
        assertFalse(firmware.memoryEncryption(LAST).isPresent());
        firmware.activate(guest, LAST);
        assertTrue(firmware.memoryEncryption(LAST).isPresent());
        firmware.deactivate(guest);
        assertFalse(firmware.memoryEncryption(LAST).isPresent());
        assertFalse(firmware.memoryEncryption(0).isPresent());
    }

    @Test
    void initAnswersForItsParametersInOrder() throws SevException {
        assertEquals(FirmwareStatus.INVALID_CONFIG, init(new InitParameters(3, 1, 1)));
        assertEquals(FirmwareStatus.INVALID_ADDRESS, init(new InitParameters(1, 0x1000, 1)));
        assertEquals(
                FirmwareStatus.INVALID_LENGTH, init(new InitParameters(1, 0x100000, 0x200000)));
        assertEquals(PlatformState.UNINIT, firmware.platformStatus().state());
        assertEquals(FirmwareStatus.SUCCESS, init(new InitParameters(0, 0x1000, 1)));
        assertEquals(FirmwareStatus.INVALID_PLATFORM_STATE, init(new InitParameters(3, 1, 1)));
    }

    private FirmwareStatus init(InitParameters parameters) {
        return TestHost.status(() -> firmware.init(parameters));
    }

    @Test
    void statusTellsNothingOfAPlatformThatIsDown() throws SevException {
        PlatformStatus down = firmware.platformStatus();
        assertEquals(
                new PlatformStatus(FirmwareVersion.DEFAULT, PlatformState.UNINIT, false, false, 0),
                down);
        host.init();
        launching();
        launching();
        assertEquals(
                new PlatformStatus(FirmwareVersion.DEFAULT, PlatformState.WORKING, false, true, 2),
                firmware.platformStatus());
        firmware.shutdown();
        assertEquals(down, firmware.platformStatus());
    }

    @Test
    void lastGuestThatEndsLeavesThePlatformIdle() throws SevException {
        host.init();
        int first = launching();
        int second = launching();
        firmware.decommission(first);
        assertEquals(PlatformState.WORKING, firmware.platformStatus().state());
        assertEquals(first, launching(), "the lowest handle is given again");
        firmware.decommission(first);
        firmware.decommission(second);
        assertEquals(PlatformState.INIT, firmware.platformStatus().state());
    }
}
