package dev.ferry.vmm.hypercall;

/**
 * Registers of a vCPU in the midst of an instruction that somebody else completes, on the thread
 * that executes it.
 */
public interface CallRegisters {

    /** Index of the vCPU. */
    int vcpu();

    /** A general register: RAX RCX RDX RBX RSP RBP RSI RDI R8 to R15. */
    long get(int register);

    /** Sets RAX, before the next instruction reads it. */
    void result(long rax);

    /** Privilege level, 0 to 3. */
    int cpl();

    /** Whether it is in 64-bit mode. */
    boolean longMode();
}
