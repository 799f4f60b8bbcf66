package dev.ferry.vmm.cpu.x86;

/**
 * A jump to a place that the instruction itself names, if a condition holds. {@link #exec} sets
 * RIP; code that knows where the targets are asks {@link #taken} instead.
 */
interface Branch extends Op {

    /** Does what there is to do but the jump, and says whether to jump. */
    boolean taken(X86Vcpu c);

    /** From where the block begins to the target. */
    int target();

    /** From where the block begins to the next instruction. */
    int next();

    /** What RIP is masked with when jumping. */
    long mask();

    @Override
    default void exec(X86Vcpu c) {
        c.rip = taken(c) ? c.rip + target() & mask() : c.rip + next() & c.ripMask;
    }

    /** Whether it is always taken. */
    default boolean always() {
        return false;
    }
}
