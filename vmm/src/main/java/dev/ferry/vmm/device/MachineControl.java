package dev.ferry.vmm.device;

/**
 * What devices ask of the machine. The request is taken note of and carried out when the vCPUs
 * stand; the caller goes on. Called with the machine's lock held.
 */
public interface MachineControl {

    /** A reset line was pulled. */
    void requestReset();

    /** Power off (ACPI S5). */
    void requestShutdown();

    /** Suspend to RAM (ACPI S3). */
    void requestSuspend();

    /** The guest ends the run with a status for the host. */
    void requestExit(int status);
}
