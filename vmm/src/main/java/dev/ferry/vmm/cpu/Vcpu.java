package dev.ferry.vmm.cpu;

/**
 * A virtual processor. {@link #run}, {@link #save}, {@link #load} and {@link #reset} belong to one
 * thread at a time; {@link #kick}, {@link #raise}, {@link #lower} and {@link #hasWork} may be
 * called by any.
 */
public interface Vcpu extends AutoCloseable {

    /** From 0; 0 is the bootstrap processor. It is the initial APIC id as well. */
    int index();

    /**
     * Executes guest code until something ends it. Interrupts, ports, devices and hypercalls are
     * dealt with meanwhile, through the {@link VcpuHost}.
     */
    VcpuExit run();

    /**
     * Makes {@link #run} come back soon, in whatever loop the guest is. If nobody is in it, the
     * next call comes back at once; that call takes the wish away.
     */
    void kick();

    /** Sets bits of {@link CpuRequest}; ends HLT where the processor would. */
    void raise(int requests);

    /** Clears bits of {@link CpuRequest}. */
    void lower(int requests);

    /** Whether a halted vCPU has a reason to go on. */
    boolean hasWork();

    /** The A20 gate: whether bit 20 of physical addresses counts. */
    void a20(boolean open);

    /** Copies the state out, complete to the bit: run on from it elsewhere and nobody can tell. */
    void save(CpuState into);

    /** Takes over a state. */
    void load(CpuState from);

    /** Power-on state; a processor other than the first then waits for SIPI. */
    void reset();

    /** After {@link VcpuExit#FAILED}: one sentence with the guest's RIP. */
    String failure();

    /**
     * A general register while {@link VcpuHost#portOut} is being called, on the vCPU's thread.
     *
     * @param number 0 to 15, in the order of {@link CpuState}
     */
    default long register(int number) {
        throw new UnsupportedOperationException("registers in the midst of an instruction");
    }

    /** Sets a general register while {@link VcpuHost#portOut} is being called. */
    default void register(int number, long value) {
        throw new UnsupportedOperationException("registers in the midst of an instruction");
    }

    /** The privilege level while {@link VcpuHost#portOut} is being called, 0 to 3. */
    default int privilegeLevel() {
        throw new UnsupportedOperationException("registers in the midst of an instruction");
    }

    /** Whether it is in 64-bit mode, while {@link VcpuHost#portOut} is being called. */
    default boolean in64BitMode() {
        throw new UnsupportedOperationException("registers in the midst of an instruction");
    }

    @Override
    void close();
}
