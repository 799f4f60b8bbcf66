package dev.ferry.stream.vmstate;

import java.util.List;

/** What a VM can be doing, by the names that section {@code globalstate} has. */
public final class RunStates {

    /** All names. QEMU qapi/run-state.json, RunState. */
    public static final List<String> NAMES =
            List.of(
                    "running",
                    "paused",
                    "prelaunch",
                    "inmigrate",
                    "suspended",
                    "shutdown",
                    "internal-error",
                    "io-error",
                    "postmigrate",
                    "finish-migrate",
                    "save-vm",
                    "restore-vm",
                    "guest-panicked",
                    "watchdog",
                    "debug",
                    "colo");

    private RunStates() {}
}
