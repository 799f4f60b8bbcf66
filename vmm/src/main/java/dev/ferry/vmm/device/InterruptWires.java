package dev.ferry.vmm.device;

/**
 * What a local APIC does to its processor: bits of {@link dev.ferry.vmm.cpu.CpuRequest}. A vCPU is
 * one.
 */
public interface InterruptWires {

    /** Sets request bits. */
    void raise(int requests);

    /** Clears request bits. */
    void lower(int requests);
}
