package dev.ferry.vmm.cpu.x86;

/** What the task state segment has to say on the way to an inner privilege level. */
final class TaskState {

    private TaskState() {}

    /** ESP of a level, and SS in the upper half. */
    static long stack(X86Vcpu c, int level) {
        int type = c.tr.flags >> 8 & 15;
        long limit = c.tr.limit & 0xffffffffL;
        boolean wide = (type & 8) != 0;
        long at = wide ? 4 + 8 * level : 2 + 4 * level;
        if ((c.tr.flags & 1 << 15) == 0 || at + (wide ? 7 : 3) > limit) {
            throw c.fault(CpuFault.TS, c.tr.selector & 0xfffc);
        }
        long base = c.tr.base;
        return wide
                ? c.systemLoad(base + at, 4) | c.systemLoad(base + at + 4, 2) << 32
                : c.systemLoad(base + at, 2) | c.systemLoad(base + at + 2, 2) << 32;
    }

    /** RSP of a level, or of an interrupt stack as level {@code 3 + number}. */
    static long longStack(X86Vcpu c, int level) {
        long at = level < 3 ? 4 + 8 * level : 36 + 8 * (level - 4);
        if ((c.tr.flags & 1 << 15) == 0 || at + 7 > (c.tr.limit & 0xffffffffL)) {
            throw c.fault(CpuFault.TS, c.tr.selector & 0xfffc);
        }
        long stack = c.systemLoad(c.tr.base + at, 8);
        if (stack << 16 >> 16 != stack) {
            throw c.fault(CpuFault.SS, 0);
        }
        return stack;
    }
}
