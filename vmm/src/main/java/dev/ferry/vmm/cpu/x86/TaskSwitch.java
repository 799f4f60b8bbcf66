package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;

/**
 * The switch to another task by hardware: 32-bit task state segments.
 *
 * <p>Source: Intel SDM volume 3, 7.3; figure 7-2 for the layout.
 */
final class TaskSwitch {

    /** What the switch is for. */
    enum Reason {
        JUMP,
        /** CALL, interrupt or exception: the new task is nested. */
        CALL,
        RETURN
    }

    private static final int LAST_BYTE = 103;
    private static final int CR3 = 28;
    private static final int EIP = 32;
    private static final int EFLAGS = 36;
    private static final int REGISTERS = 40;
    private static final int SELECTORS = 72;
    private static final int LDT = 96;

    private TaskSwitch() {}

    /** The task that the current one was nested in. */
    static void back(X86Vcpu c, long next) {
        int link = (int) c.systemLoad(c.tr.base, 2);
        to(c, link, Reason.RETURN, next);
    }

    /**
     * Saves the current task, loads another.
     *
     * @param next RIP that the current task goes on at
     */
    static void to(X86Vcpu c, int selector, Reason reason, long next) {
        int vector = reason == Reason.RETURN ? CpuFault.TS : CpuFault.GP;
        if ((selector & 4) != 0 || (selector & 0xfffc) == 0) {
            throw c.fault(vector, selector & 0xfffc);
        }
        Descriptor d = c.segmentation.descriptor(selector, vector);
        int expected = reason == Reason.RETURN ? 11 : 9;
        if (d.segment() || d.type() != expected) {
            if (!d.segment() && (d.type() == 1 || d.type() == 3)) {
                c.note("task switch to a 16-bit task state segment: not there");
            }
            throw c.fault(vector, selector & 0xfffc);
        }
        if (!d.present()) {
            throw c.fault(CpuFault.NP, selector & 0xfffc);
        }
        if ((d.limit() & 0xffffffffL) < LAST_BYTE) {
            throw c.fault(CpuFault.TS, selector & 0xfffc);
        }
        long to = d.base();
        int[] in = new int[26];
        for (int i = 0; i < 26; i++) {
            in[i] = (int) c.systemLoad(to + 4L * i, 4);
        }
        int flags = c.rflags();
        save(c, next, reason == Reason.RETURN ? flags & ~Flags.NT : flags);
        if (reason != Reason.CALL) {
            c.segmentation.busy(c.tr.selector, false);
        }
        if (reason != Reason.RETURN) {
            c.segmentation.busy(selector, true);
        }
        if (reason == Reason.CALL) {
            c.systemStore(to, 2, c.tr.selector);
        }
        c.tr.set(selector, to, d.limit(), d.flags() | 0x200);
        c.cr0 |= X86Vcpu.CR0_TS;
        load(c, in, reason == Reason.CALL);
    }

    private static void save(X86Vcpu c, long next, int flags) {
        long from = c.tr.base;
        c.systemStore(from + EIP, 4, next);
        c.systemStore(from + EFLAGS, 4, flags);
        for (int i = 0; i < 8; i++) {
            c.systemStore(from + REGISTERS + 4L * i, 4, c.regs[i]);
        }
        for (int i = 0; i < 6; i++) {
            c.systemStore(from + SELECTORS + 4L * i, 2, c.segs[i].selector);
        }
    }

    private static void load(X86Vcpu c, int[] in, boolean nested) {
        if ((c.cr0 & X86Vcpu.CR0_PG) != 0) {
            c.cr3 = in[CR3 / 4] & 0xffffffffL;
            c.flushTlb();
        }
        c.rip = in[EIP / 4] & 0xffffffffL;
        int flags = in[EFLAGS / 4] | (nested ? Flags.NT : 0);
        for (int i = 0; i < 8; i++) {
            c.regs[i] = in[REGISTERS / 4 + i] & 0xffffffffL;
        }
        int[] selectors = new int[6];
        for (int i = 0; i < 6; i++) {
            selectors[i] = in[SELECTORS / 4 + i] & 0xffff;
            c.segs[i].set(selectors[i], 0, 0, 0);
        }
        c.dr[7] &= ~0x155L;
        c.rflags(flags);
        if (c.virtual8086()) {
            for (int i = 0; i < 6; i++) {
                c.segmentation.loadReal(i, selectors[i]);
            }
            loadLdt(c, in[LDT / 4] & 0xffff);
            return;
        }
        loadLdt(c, in[LDT / 4] & 0xffff);
        int level = selectors[X86Vcpu.CS] & 3;
        // The privilege level is that of SS until CS and SS are both in place.
        c.segs[X86Vcpu.SS].flags = level << 13;
        c.segmentation.modeChanged();
        loadCode(c, selectors[X86Vcpu.CS], level);
        c.segmentation.loadStack(selectors[X86Vcpu.SS], level, CpuFault.TS);
        for (int i : new int[] {X86Vcpu.ES, X86Vcpu.DS, X86Vcpu.FS, X86Vcpu.GS}) {
            try {
                c.segmentation.load(i, selectors[i]);
            } catch (CpuFault e) {
                if (e.vector == CpuFault.GP) {
                    throw c.fault(CpuFault.TS, e.errorCode);
                }
                throw e;
            }
        }
    }

    private static void loadLdt(X86Vcpu c, int selector) {
        CpuState.Segment ldt = c.ldt;
        ldt.set(selector, 0, 0, 0);
        if ((selector & 0xfffc) == 0) {
            return;
        }
        try {
            c.segmentation.loadLdt(selector);
        } catch (CpuFault e) {
            throw c.fault(CpuFault.TS, selector & 0xfffc);
        }
    }

    private static void loadCode(X86Vcpu c, int selector, int level) {
        if ((selector & 0xfffc) == 0) {
            throw c.fault(CpuFault.TS, 0);
        }
        Descriptor d = c.segmentation.descriptor(selector, CpuFault.TS);
        boolean fits = d.code() && (d.conforming() ? d.dpl() <= level : d.dpl() == level);
        if (!fits) {
            throw c.fault(CpuFault.TS, selector & 0xfffc);
        }
        if (!d.present()) {
            throw c.fault(CpuFault.NP, selector & 0xfffc);
        }
        c.segmentation.put(X86Vcpu.CS, selector, c.segmentation.accessed(selector, d));
    }
}
