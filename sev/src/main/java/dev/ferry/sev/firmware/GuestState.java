package dev.ferry.sev.firmware;

/**
 * Where a guest stands.
 *
 * <pre>
 *  UNINIT --LAUNCH_START--> LAUNCH_UPDATE --LAUNCH_MEASURE--> LAUNCH_SECRET --LAUNCH_FINISH--> RUNNING
 *  UNINIT --RECEIVE_START--> RECEIVE_UPDATE --RECEIVE_FINISH--> RUNNING
 *  RUNNING --SEND_START--> SEND_UPDATE --SEND_FINISH--> SENT
 *                          SEND_UPDATE --SEND_CANCEL--> RUNNING
 *  any --DECOMMISSION--> UNINIT
 * </pre>
 *
 * Source: SEV API, chapter Guest Management; AMD firmware sev_guest.c, state_tbl_sev.
 */
public enum GuestState implements Coded {
    /** There is no such guest. */
    UNINIT(0),
    /** Plain memory is taken in, measured and encrypted. */
    LAUNCH_UPDATE(1),
    /** Measured; the owner may put in a secret. */
    LAUNCH_SECRET(2),
    /** Launched, or received. */
    RUNNING(3),
    /** Memory is sealed for another platform. */
    SEND_UPDATE(4),
    /** Memory that another platform sealed is taken in. */
    RECEIVE_UPDATE(5),
    /** All of it is elsewhere; it never runs here again. */
    SENT(6);

    private final int code;

    GuestState(int code) {
        this.code = code;
    }

    /** The number GUEST_STATUS gives. */
    @Override
    public int code() {
        return code;
    }
}
