package dev.ferry.vmm.cpu.x86;

/** A stack that is written before SS and RSP are loaded, so that a fault changes nothing. */
final class InnerStack {

    private final X86Vcpu cpu;
    private final long base;
    private final long limit;
    private final long mask;
    private final int selector;
    private final boolean user;
    private long pointer;

    private InnerStack(
            X86Vcpu cpu,
            long base,
            long limit,
            long mask,
            int selector,
            boolean user,
            long pointer) {
        this.cpu = cpu;
        this.base = base;
        this.limit = limit;
        this.mask = mask;
        this.selector = selector;
        this.user = user;
        this.pointer = pointer;
    }

    /** Of a stack segment. */
    static InnerStack of(X86Vcpu cpu, int selector, Descriptor d, long pointer) {
        boolean down = (d.high() & 1 << 10) != 0;
        return new InnerStack(
                cpu,
                d.base(),
                down ? 0xffffffffL : d.limit() & 0xffffffffL,
                d.big() ? 0xffffffffL : 0xffff,
                selector & 0xfffc,
                d.dpl() == 3,
                pointer);
    }

    /** In long mode. */
    static InnerStack flat(X86Vcpu cpu, long pointer, boolean user) {
        return new InnerStack(cpu, 0, Long.MAX_VALUE, -1, 0, user, pointer);
    }

    /** The current one. */
    static InnerStack current(X86Vcpu cpu) {
        boolean wide = cpu.code64();
        long limit = cpu.writeLimit[X86Vcpu.SS];
        return new InnerStack(
                cpu,
                cpu.base[X86Vcpu.SS],
                wide ? Long.MAX_VALUE : limit == Segmentation.EXPAND_DOWN ? 0xffffffffL : limit,
                cpu.stackMask,
                0,
                cpu.cpl == 3,
                cpu.regs[4]);
    }

    void push(int size, long value) {
        pointer = (pointer & ~mask) | (pointer - size & mask);
        long offset = pointer & mask;
        if (mask != -1 && offset + size - 1 > limit) {
            throw cpu.fault(CpuFault.SS, selector);
        }
        long at = mask == -1 ? offset : base + offset & 0xffffffffL;
        if (user) {
            cpu.store(at, size, value);
        } else {
            cpu.systemStore(at, size, value);
        }
    }

    /** What goes into RSP, after SS. */
    long pointer() {
        return pointer;
    }

    /** Loads RSP; SS is in place. */
    void commit() {
        cpu.stackPointer(pointer);
    }
}
