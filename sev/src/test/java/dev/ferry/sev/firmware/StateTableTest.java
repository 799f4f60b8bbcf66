package dev.ferry.sev.firmware;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command in every state of platform and guest: the number the firmware answers, in hex, to
 * parameters that are right otherwise.
 *
 * <p>Sources: AMD firmware sev_plat.c and sev_guest.c (state_tbl_sev) and the beginnings of the
 * functions of sev_mcmd.c. Where these ask for nothing, as DF_FLUSH and GET_ID of the platform,
 * neither do we; the API document would have DF_FLUSH want INIT or WORKING.
 */
final class StateTableTest {

    /** In WORKING, guest 1 is RUNNING and has an ASID; otherwise there is no guest. */
    private static final String PLATFORM =
            """
                                 UNINIT INIT WORKING
            INIT                      0    1    1
            SHUTDOWN                  0    0    0
            FACTORY_RESET             0    1    1
            PLATFORM_STATUS           0    0    0
            PEK_GEN                   1    0    1
            PEK_CSR                   1    0    0
            PEK_CERT_IMPORT           1    0    1
            PDH_CERT_EXPORT           1    0    0
            PDH_GEN                   1    0    0
            DF_FLUSH                  0    0    0
            GET_ID                    0    0    0
            DECOMMISSION              1    1   12
            ACTIVATE                  1    1   12
            DEACTIVATE                1    1    0
            GUEST_STATUS              1    0    0
            LAUNCH_START              1   10    0
            LAUNCH_UPDATE_DATA        1    1    2
            LAUNCH_UPDATE_VMSA        1    1    2
            LAUNCH_MEASURE            1    1    2
            LAUNCH_SECRET             1    1    2
            LAUNCH_FINISH             1    1    2
            ATTESTATION               1    1    0
            SEND_START                1    1    0
            SEND_UPDATE_DATA          1    1    2
            SEND_UPDATE_VMSA          1    1    2
            SEND_FINISH               1    1    2
            SEND_CANCEL               1    1    2
            RECEIVE_START             1   10    0
            RECEIVE_UPDATE_DATA       1    1    2
            RECEIVE_UPDATE_VMSA       1    1    2
            RECEIVE_FINISH            1    1    2
            DBG_DECRYPT               1    1    0
            DBG_ENCRYPT               1    1    0
            """;

    /** Of a guest that has an ASID. LAUNCH_START and RECEIVE_START ask to share its key. */
    private static final String ACTIVE =
            """
                                 UNINIT LAUNCH_UPDATE LAUNCH_SECRET RUNNING SEND_UPDATE RECEIVE_UPDATE SENT
            DECOMMISSION             10   12   12   12   12   12   12
            ACTIVATE                 10   12   12   12   12   12   12
            DEACTIVATE               10    0    0    0    0    0    0
            GUEST_STATUS              0    0    0    0    0    0    0
            LAUNCH_START             10    0    0    0    0    0    0
            LAUNCH_UPDATE_DATA       10    0    2    2    2    2    2
            LAUNCH_UPDATE_VMSA       10    0    2    2    2    2    2
            LAUNCH_MEASURE           10    0    2    2    2    2    2
            LAUNCH_SECRET            10    2    0    2    2    2    2
            LAUNCH_FINISH            10    2    0    2    2    2    2
            ATTESTATION              10    2    0    0    0    2    0
            SEND_START               10    2    2    0    2    2    2
            SEND_UPDATE_DATA         10    2    2    2    0    2    2
            SEND_UPDATE_VMSA         10    2    2    2    0    2    2
            SEND_FINISH              10    2    2    2    0    2    2
            SEND_CANCEL              10    2    2    2    0    2    2
            RECEIVE_START            10    0    0    0    0    0    0
            RECEIVE_UPDATE_DATA      10    2    2    2    2    0    2
            RECEIVE_UPDATE_VMSA      10    2    2    2    2    0    2
            RECEIVE_FINISH           10    2    2    2    2    0    2
            DBG_DECRYPT              10    0    0    0    0    0    0
            DBG_ENCRYPT              10    0    0    0    0    0    0
            """;

    /** Of a guest whose ASID was taken away. */
    private static final String INACTIVE =
            """
                                 UNINIT LAUNCH_UPDATE LAUNCH_SECRET RUNNING SEND_UPDATE RECEIVE_UPDATE SENT
            DECOMMISSION             10    0    0    0    0    0    0
            ACTIVATE                 10    0    0    0    0    0    2
            DEACTIVATE               10    8    8    8    8    8    8
            GUEST_STATUS              0    0    0    0    0    0    0
            LAUNCH_START             10    0    0    0    0    0    0
            LAUNCH_UPDATE_DATA       10    8    2    2    2    2    2
            LAUNCH_UPDATE_VMSA       10    8    2    2    2    2    2
            LAUNCH_MEASURE           10    0    2    2    2    2    2
            LAUNCH_SECRET            10    2    8    2    2    2    2
            LAUNCH_FINISH            10    2    0    2    2    2    2
            ATTESTATION              10    2    0    0    0    2    0
            SEND_START               10    2    2    0    2    2    2
            SEND_UPDATE_DATA         10    2    2    2    8    2    2
            SEND_UPDATE_VMSA         10    2    2    2    8    2    2
            SEND_FINISH              10    2    2    2    0    2    2
            SEND_CANCEL              10    2    2    2    0    2    2
            RECEIVE_START            10    0    0    0    0    0    0
            RECEIVE_UPDATE_DATA      10    2    2    2    2    8    2
            RECEIVE_UPDATE_VMSA      10    2    2    2    2    8    2
            RECEIVE_FINISH           10    2    2    2    2    0    2
            DBG_DECRYPT              10    8    8    8    8    8    8
            DBG_ENCRYPT              10    8    8    8    8    8    8
            """;

    private static final int NO_GUEST = 1000;

    record Cell(Command command, String state, FirmwareStatus expected) {
        @Override
        public String toString() {
            return command + " in " + state + " answers " + expected;
        }
    }

    private static List<Cell> cells(String table) {
        List<String[]> rows = table.strip().lines().map(row -> row.strip().split(" +")).toList();
        String[] states = rows.get(0);
        List<Cell> cells = new ArrayList<>();
        for (String[] row : rows.subList(1, rows.size())) {
            for (int i = 0; i < states.length; i++) {
                FirmwareStatus expected =
                        FirmwareStatus.of(Integer.parseInt(row[i + 1], 16)).orElseThrow();
                cells.add(new Cell(Command.valueOf(row[0]), states[i], expected));
            }
        }
        return cells;
    }

    static List<Cell> platformCells() {
        return cells(PLATFORM);
    }

    static List<Cell> activeCells() {
        return cells(ACTIVE);
    }

    static List<Cell> inactiveCells() {
        return cells(INACTIVE);
    }

    @Test
    void tablesHaveEveryCommandInEveryState() {
        assertEquals(
                Command.values().length * PlatformState.values().length, platformCells().size());
        Set<Command> ofGuests = EnumSet.range(Command.DECOMMISSION, Command.DBG_ENCRYPT);
        assertEquals(ofGuests.size() * GuestState.values().length, activeCells().size());
        assertEquals(ofGuests.size() * GuestState.values().length, inactiveCells().size());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("platformCells")
    void platformAnswers(Cell cell) throws SevException {
        try (TestHost host = new TestHost(Platforms.A)) {
            int handle = NO_GUEST;
            PlatformState state = PlatformState.valueOf(cell.state());
            if (state != PlatformState.UNINIT) {
                host.init();
            }
            if (state == PlatformState.WORKING) {
                handle = host.guest(GuestState.RUNNING, TestHost.ES);
            }
            assertEquals(cell.expected(), given(cell, host, handle));
        }
    }

    @ParameterizedTest(name = "{0}, with an ASID")
    @MethodSource("activeCells")
    void activeGuestAnswers(Cell cell) throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            guestAnswers(cell, host, true);
        }
    }

    @ParameterizedTest(name = "{0}, without an ASID")
    @MethodSource("inactiveCells")
    void inactiveGuestAnswers(Cell cell) throws SevException {
        try (TestHost host = TestHost.up(Platforms.A)) {
            guestAnswers(cell, host, false);
        }
    }

    private static void guestAnswers(Cell cell, TestHost host, boolean active) throws SevException {
        GuestState state = GuestState.valueOf(cell.state());
        int handle = NO_GUEST;
        if (state == GuestState.UNINIT) {
            host.guest(GuestState.LAUNCH_UPDATE, TestHost.ES);
        } else {
            handle = host.guest(state, TestHost.ES);
        }
        if (state != GuestState.UNINIT && !active) {
            host.firmware.deactivate(handle);
        }
        assertEquals(cell.expected(), given(cell, host, handle));
        if (cell.command() == Command.DECOMMISSION) {
            return;
        }
        boolean moves =
                cell.expected() == FirmwareStatus.SUCCESS
                        && cell.command() != Command.LAUNCH_START
                        && cell.command() != Command.RECEIVE_START;
        GuestState next = moves ? cell.command().next().orElse(state) : state;
        assertEquals(next, host.firmware.guestStatus(handle).state(), "state afterwards");
    }

    private static FirmwareStatus given(Cell cell, TestHost host, int handle) {
        return TestHost.status(() -> Calls.give(cell.command(), host, handle));
    }
}
