package dev.ferry.vmm.cpu.x86;

/** Blocks that were made a class of, since they are run often. */
interface HotLoop {

    /**
     * Runs from the first block on until control leaves the blocks, or somebody wants attention;
     * leaves {@link X86Vcpu#rip} at the next instruction, or where it faulted.
     */
    void run(X86Vcpu c);
}
