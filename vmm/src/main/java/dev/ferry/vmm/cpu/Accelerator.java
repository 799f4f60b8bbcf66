package dev.ferry.vmm.cpu;

import dev.ferry.vmm.memory.PhysicalMemory;

/** What makes vCPUs: the interpreter, or KVM. One per machine. */
public interface Accelerator extends AutoCloseable {

    /** As in {@code -accel}: {@code tcg} is the interpreter's, {@code kvm}. */
    String name();

    /**
     * Makes a vCPU in its reset state.
     *
     * @param memory physical memory as this vCPU sees it, with its local APIC
     */
    Vcpu vcpu(int index, PhysicalMemory memory, VcpuHost host);

    @Override
    void close();
}
