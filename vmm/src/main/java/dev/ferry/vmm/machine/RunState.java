package dev.ferry.vmm.machine;

import java.util.Locale;

/** What a machine is doing, in QEMU's words (qapi/run-state.json). */
public enum RunState {
    /** Made, and never started. */
    PRELAUNCH,
    /** Waits for its state. */
    INMIGRATE,
    RUNNING,
    PAUSED,
    /** Stands for the last part of a migration. */
    FINISH_MIGRATE,
    /** Its state has gone elsewhere. */
    POSTMIGRATE,
    SAVE_VM,
    RESTORE_VM,
    /** The guest has suspended itself to RAM. */
    SUSPENDED,
    /** The guest has switched itself off. */
    SHUTDOWN,
    IO_ERROR,
    WATCHDOG,
    GUEST_PANICKED,
    INTERNAL_ERROR,
    COLO,
    DEBUG;

    /** As in QMP and in streams: {@code finish-migrate}. */
    public String qemuName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The state of that name; {@link #PAUSED} if there is none. */
    static RunState of(String qemuName) {
        for (RunState state : values()) {
            if (state.qemuName().equals(qemuName)) {
                return state;
            }
        }
        return PAUSED;
    }
}
