package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;

/**
 * Interrupts and exceptions through the vector table of real mode and the IDT; and INIT and SIPI.
 *
 * <p>Source: Intel SDM volume 3, chapter 6; table 6-5 for double faults.
 */
final class Interrupts {

    private final X86Vcpu cpu;

    Interrupts(X86Vcpu cpu) {
        this.cpu = cpu;
    }

    /**
     * Delivers an exception; one met on the way as the processor does.
     *
     * @return false for a triple fault
     */
    boolean raise(CpuFault fault) {
        int vector = fault.vector;
        int error = fault.errorCode;
        if (vector == CpuFault.SHUTDOWN) {
            return false;
        }
        cpu.shadow = false;
        while (true) {
            try {
                deliver(vector, false, CpuFault.hasErrorCode(vector), error, cpu.rip);
                return true;
            } catch (CpuFault second) {
                if (vector == CpuFault.DF || second.vector == CpuFault.SHUTDOWN) {
                    return false;
                }
                if (doubles(vector, second.vector)) {
                    vector = CpuFault.DF;
                    error = 0;
                } else {
                    vector = second.vector;
                    error = second.errorCode;
                }
            }
        }
    }

    private static boolean contributory(int vector) {
        return vector == CpuFault.DE || (vector >= CpuFault.TS && vector <= CpuFault.GP);
    }

    private static boolean doubles(int first, int second) {
        return (contributory(first) && contributory(second))
                || (first == CpuFault.PF && (second == CpuFault.PF || contributory(second)));
    }

    /** An interrupt from outside. A fault on the way is thrown. */
    void external(int vector) {
        deliver(vector, false, false, 0, cpu.rip);
    }

    /**
     * INT n, INT3, INTO.
     *
     * @param next RIP after it
     */
    void software(int vector, long next) {
        deliver(vector, true, false, 0, next);
    }

    /**
     * @param next what is pushed as RIP
     */
    private void deliver(int vector, boolean software, boolean hasError, int error, long next) {
        if ((cpu.cr0 & X86Vcpu.CR0_PE) == 0) {
            real(vector, next);
        } else if (cpu.longMode()) {
            longMode(vector, software, hasError, error, next);
        } else {
            protectedMode(vector, software, hasError, error, next);
        }
        cpu.halted = false;
    }

    private void real(int vector, long next) {
        X86Vcpu c = cpu;
        if (vector * 4 + 3 > (c.idtLimit & 0xffffffffL)) {
            throw c.fault(CpuFault.GP, 0);
        }
        int entry = (int) c.systemLoad(c.idtBase + vector * 4L, 4);
        InnerStack stack = InnerStack.current(c);
        stack.push(2, c.rflags());
        stack.push(2, c.segs[X86Vcpu.CS].selector);
        stack.push(2, next);
        stack.commit();
        c.rflags(c.rflags() & ~(Flags.IF | Flags.TF | Flags.AC | Flags.RF));
        c.segmentation.loadReal(X86Vcpu.CS, entry >>> 16);
        c.rip = entry & 0xffff;
    }

    private void protectedMode(
            int vector, boolean software, boolean hasError, int error, long next) {
        X86Vcpu c = cpu;
        int ext = software ? 0 : 1;
        int place = vector * 8 + 2;
        if (vector * 8 + 7 > (c.idtLimit & 0xffffffffL)) {
            throw c.fault(CpuFault.GP, place | ext);
        }
        Descriptor gate = new Descriptor(c.systemLoad(c.idtBase + vector * 8L, 8));
        int type = gate.segment() ? -1 : gate.type();
        if ((type != 5 && type != 6 && type != 7 && type != 14 && type != 15)
                || (software && gate.dpl() < c.cpl)) {
            throw c.fault(CpuFault.GP, place | (software ? 0 : ext));
        }
        if (!gate.present()) {
            throw c.fault(CpuFault.NP, place | ext);
        }
        if (type == 5) {
            TaskSwitch.to(c, gate.gateSelector(), TaskSwitch.Reason.CALL, next);
            if (hasError) {
                c.push((c.tr.flags >> 8 & 8) != 0 ? 4 : 2, error);
            }
            return;
        }
        int selector = gate.gateSelector();
        if ((selector & 0xfffc) == 0) {
            throw c.fault(CpuFault.GP, ext);
        }
        Descriptor d = c.segmentation.descriptor(selector, CpuFault.GP);
        if (!d.code() || d.dpl() > c.cpl) {
            throw c.fault(CpuFault.GP, (selector & 0xfffc) | ext);
        }
        if (!d.present()) {
            throw c.fault(CpuFault.NP, (selector & 0xfffc) | ext);
        }
        boolean vm = c.virtual8086();
        boolean inner = !d.conforming() && d.dpl() < c.cpl;
        if (vm && (!inner || d.dpl() != 0)) {
            throw c.fault(CpuFault.GP, selector & 0xfffc);
        }
        int size = type >= 14 ? 4 : 2;
        int level = inner ? d.dpl() : c.cpl;
        InnerStack stack;
        int stackSelector = 0;
        Descriptor ss = d;
        if (inner) {
            long top = TaskState.stack(c, level);
            stackSelector = (int) (top >>> 32);
            ss = c.segmentation.stackDescriptor(stackSelector, level, CpuFault.TS);
            stack = InnerStack.of(c, stackSelector, ss, top & 0xffffffffL);
            if (vm) {
                stack.push(size, c.segs[X86Vcpu.GS].selector);
                stack.push(size, c.segs[X86Vcpu.FS].selector);
                stack.push(size, c.segs[X86Vcpu.DS].selector);
                stack.push(size, c.segs[X86Vcpu.ES].selector);
            }
            stack.push(size, c.segs[X86Vcpu.SS].selector);
            stack.push(size, c.regs[4]);
        } else {
            stack = InnerStack.current(c);
        }
        int flags = c.rflags();
        stack.push(size, flags);
        stack.push(size, c.segs[X86Vcpu.CS].selector);
        stack.push(size, next);
        if (hasError) {
            stack.push(size, error);
        }
        Descriptor used = c.segmentation.accessed(selector, d);
        int cleared = Flags.TF | Flags.NT | Flags.VM | Flags.RF;
        c.rflags(flags & ~((type & 1) == 0 ? cleared | Flags.IF : cleared));
        if (vm) {
            for (int i : new int[] {X86Vcpu.ES, X86Vcpu.DS, X86Vcpu.FS, X86Vcpu.GS}) {
                c.segs[i].set(0, 0, 0, 0);
            }
        }
        if (inner) {
            c.segmentation.put(X86Vcpu.SS, stackSelector, ss);
        }
        c.segmentation.put(X86Vcpu.CS, (selector & 0xfffc) | level, used);
        stack.commit();
        c.rip = size == 4 ? gate.gateOffset() : gate.gateOffset() & 0xffff;
    }

    private void longMode(int vector, boolean software, boolean hasError, int error, long next) {
        X86Vcpu c = cpu;
        int ext = software ? 0 : 1;
        int place = vector * 8 + 2;
        if (vector * 16 + 15 > (c.idtLimit & 0xffffffffL)) {
            throw c.fault(CpuFault.GP, place | ext);
        }
        long at = c.idtBase + vector * 16L;
        Descriptor gate = new Descriptor(c.systemLoad(at, 8));
        long offset = gate.gateOffset() | c.systemLoad(at + 8, 4) << 32;
        int type = gate.segment() ? -1 : gate.type();
        if ((type != 14 && type != 15) || (software && gate.dpl() < c.cpl)) {
            throw c.fault(CpuFault.GP, place | ext);
        }
        if (!gate.present()) {
            throw c.fault(CpuFault.NP, place | ext);
        }
        int selector = gate.gateSelector();
        if ((selector & 0xfffc) == 0) {
            throw c.fault(CpuFault.GP, ext);
        }
        Descriptor d = c.segmentation.descriptor(selector, CpuFault.GP);
        if (!d.code() || d.dpl() > c.cpl || !d.longCode() || d.big()) {
            throw c.fault(CpuFault.GP, (selector & 0xfffc) | ext);
        }
        if (!d.present()) {
            throw c.fault(CpuFault.NP, (selector & 0xfffc) | ext);
        }
        boolean inner = !d.conforming() && d.dpl() < c.cpl;
        int level = inner ? d.dpl() : c.cpl;
        int ist = gate.high() & 7;
        long top =
                ist != 0
                        ? TaskState.longStack(c, 3 + ist)
                        : inner ? TaskState.longStack(c, level) : c.regs[4];
        InnerStack stack = InnerStack.flat(c, top & ~15L, level == 3);
        int flags = c.rflags();
        stack.push(8, c.segs[X86Vcpu.SS].selector);
        stack.push(8, c.regs[4]);
        stack.push(8, flags);
        stack.push(8, c.segs[X86Vcpu.CS].selector);
        stack.push(8, next);
        if (hasError) {
            stack.push(8, error);
        }
        Descriptor used = c.segmentation.accessed(selector, d);
        int cleared = Flags.TF | Flags.NT | Flags.VM | Flags.RF;
        c.rflags(flags & ~(type == 14 ? cleared | Flags.IF : cleared));
        if (inner) {
            c.segmentation.nullStack(level);
        }
        c.segmentation.put(X86Vcpu.CS, (selector & 0xfffc) | level, used);
        stack.commit();
        c.rip = offset;
    }

    // ---- INIT and SIPI --------------------------------------------------------------------

    /** INIT: as after power-on, but for the caches, the time stamp, MSRs and the FPU. */
    void init() {
        X86Vcpu c = cpu;
        CpuState now = new CpuState();
        c.save(now);
        CpuState fresh = new CpuState();
        System.arraycopy(fresh.regs, 0, now.regs, 0, 16);
        now.rip = fresh.rip;
        now.rflags = fresh.rflags;
        for (int i = 0; i < 6; i++) {
            CpuState.Segment s = fresh.segs[i];
            now.segs[i].set(s.selector, s.base, s.limit, s.flags);
        }
        now.ldt.set(0, 0, 0xffff, fresh.ldt.flags);
        now.tr.set(0, 0, 0xffff, fresh.tr.flags);
        now.gdtBase = 0;
        now.gdtLimit = 0xffff;
        now.idtBase = 0;
        now.idtLimit = 0xffff;
        now.cr0 = (now.cr0 & (X86Vcpu.CR0_CD | X86Vcpu.CR0_NW)) | X86Vcpu.CR0_ET;
        now.cr2 = 0;
        now.cr3 = 0;
        now.cr4 = 0;
        now.efer = 0;
        System.arraycopy(fresh.dr, 0, now.dr, 0, 8);
        now.halted = false;
        now.interruptShadow = false;
        now.nmiInService = false;
        now.waitForSipi = c.index() != 0;
        // What was asked for meanwhile stays: a SIPI may be there before INIT is taken.
        StateTransfer.loadRegisters(c, now);
        c.leaveGuest();
        try {
            c.host.initTaken(c);
        } finally {
            c.enterGuest();
        }
    }

    /** SIPI: off from where its vector says. */
    void startUp() {
        X86Vcpu c = cpu;
        int vector;
        c.leaveGuest();
        try {
            vector = c.host.startupVector(c) & 0xff;
        } finally {
            c.enterGuest();
        }
        c.waitForSipi = false;
        c.halted = false;
        c.segs[X86Vcpu.CS].set(vector << 8, (long) vector << 12, 0xffff, 0x9b00);
        c.segmentation.modeChanged();
        c.rip = 0;
    }
}
