package dev.ferry.vmm.machine;

/**
 * Why a run is over.
 *
 * @param status for the process: 0 for a guest that switched itself off
 * @param message one sentence
 */
public record MachineEnd(Cause cause, int status, String message) {

    /** What ended it. */
    public enum Cause {
        /** The guest switched itself off. */
        SHUTDOWN,
        /** The guest asked for a reset, and resets end the run. */
        RESET,
        /** The guest stored to isa-debug-exit. */
        DEBUG_EXIT,
        /** The guest cannot go on: the vCPU's backend says why. */
        FAILED,
        /** The machine was closed. */
        CLOSED
    }
}
