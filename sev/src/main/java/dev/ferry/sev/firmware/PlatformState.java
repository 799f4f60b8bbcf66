package dev.ferry.sev.firmware;

/**
 * Where a platform stands.
 *
 * <pre>
 *  UNINIT --INIT--> INIT --LAUNCH_START, RECEIVE_START--> WORKING
 *                   INIT &lt;--DECOMMISSION of the last guest-- WORKING
 *  any --SHUTDOWN--> UNINIT
 * </pre>
 *
 * Source: SEV API, chapter Platform Management; AMD firmware sev_plat.c, state_tbl_sev.
 */
public enum PlatformState implements Coded {
    /** Nothing is loaded. */
    UNINIT(0),
    /** The platform has its keys and no guest. */
    INIT(1),
    /** There is at least one guest. */
    WORKING(2);

    private final int code;

    PlatformState(int code) {
        this.code = code;
    }

    /** The number PLATFORM_STATUS gives. */
    @Override
    public int code() {
        return code;
    }
}
