package dev.ferry.vmm.cpu.x86;

/** Code that was made of blocks that are run often. */
interface HotLoop {

    /**
     * Runs from the first block on until control leaves the blocks, or somebody wants attention;
     * leaves {@link X86Vcpu#rip} at the next instruction.
     *
     * @throws CpuFault with {@link X86Vcpu#rip} at the instruction
     */
    void run(X86Vcpu c);

    /** Where a fault was, for {@link X86Vcpu#rip}. */
    static CpuFault faulted(X86Vcpu c, CpuFault fault, long base, int at) {
        c.rip = base + at & c.ripMask;
        c.stop = false;
        return fault;
    }
}
