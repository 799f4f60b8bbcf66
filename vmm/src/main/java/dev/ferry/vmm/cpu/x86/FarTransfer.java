package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;

/** Far jumps, calls and returns, and IRET. */
final class FarTransfer {

    private FarTransfer() {}

    /**
     * JMP far.
     *
     * @param next RIP after the instruction
     */
    static void jump(X86Vcpu c, int selector, long offset, long next) {
        if (!c.protectedMode()) {
            c.segmentation.loadReal(X86Vcpu.CS, selector);
            c.rip = offset;
            return;
        }
        Descriptor d = target(c, selector);
        if (d.code()) {
            checkCode(c, selector, d);
            enter(c, selector, d, c.cpl, offset);
            return;
        }
        checkGate(c, selector, d);
        switch (d.type()) {
            case 4, 12 -> {
                int to = d.gateSelector();
                Descriptor code = target(c, to);
                if (!code.code()
                        || (code.conforming() ? code.dpl() > c.cpl : code.dpl() != c.cpl)
                        || (c.longMode() && (!code.longCode() || code.big()))) {
                    throw c.fault(CpuFault.GP, to & 0xfffc);
                }
                checkPresent(c, to, code);
                enter(c, to, code, c.cpl, gateOffset(c, selector, d));
            }
            case 5 -> TaskSwitch.to(c, d.gateSelector(), TaskSwitch.Reason.JUMP, next);
            default -> TaskSwitch.to(c, selector, TaskSwitch.Reason.JUMP, next);
        }
    }

    /** CALL far. */
    static void call(X86Vcpu c, int selector, long offset, int size, long next) {
        if (!c.protectedMode()) {
            InnerStack stack = InnerStack.current(c);
            stack.push(size, c.segs[X86Vcpu.CS].selector);
            stack.push(size, next);
            stack.commit();
            c.segmentation.loadReal(X86Vcpu.CS, selector);
            c.rip = offset;
            return;
        }
        Descriptor d = target(c, selector);
        if (d.code()) {
            checkCode(c, selector, d);
            callSameLevel(c, selector, d, offset, size, next);
            return;
        }
        checkGate(c, selector, d);
        switch (d.type()) {
            case 4, 12 -> callGate(c, selector, d, next);
            case 5 -> TaskSwitch.to(c, d.gateSelector(), TaskSwitch.Reason.CALL, next);
            default -> TaskSwitch.to(c, selector, TaskSwitch.Reason.CALL, next);
        }
    }

    private static void callSameLevel(
            X86Vcpu c, int selector, Descriptor d, long offset, int size, long next) {
        InnerStack stack = InnerStack.current(c);
        stack.push(size, c.segs[X86Vcpu.CS].selector);
        stack.push(size, next);
        enter(c, selector, d, c.cpl, offset);
        stack.commit();
    }

    private static void callGate(X86Vcpu c, int gateSelector, Descriptor gate, long next) {
        int selector = gate.gateSelector();
        Descriptor d = target(c, selector);
        if (!d.code() || d.dpl() > c.cpl || (c.longMode() && (!d.longCode() || d.big()))) {
            throw c.fault(CpuFault.GP, selector & 0xfffc);
        }
        checkPresent(c, selector, d);
        long offset = gateOffset(c, gateSelector, gate);
        int size = c.longMode() ? 8 : gate.type() == 12 ? 4 : 2;
        if (d.conforming() || d.dpl() == c.cpl) {
            callSameLevel(c, selector, d, offset, size, next);
            return;
        }
        int level = d.dpl();
        InnerStack stack;
        Descriptor ss = d;
        int stackSelector = 0;
        if (size == 8) {
            stack = InnerStack.flat(c, TaskState.longStack(c, level), false);
        } else {
            long top = TaskState.stack(c, level);
            stackSelector = (int) (top >>> 32);
            ss = c.segmentation.stackDescriptor(stackSelector, level, CpuFault.TS);
            stack = InnerStack.of(c, stackSelector, ss, top & 0xffffffffL);
        }
        stack.push(size, c.segs[X86Vcpu.SS].selector);
        stack.push(size, c.regs[4]);
        int count = size == 8 ? 0 : gate.high() & 31;
        for (int i = count - 1; i >= 0; i--) {
            stack.push(size, c.peek(size, i * size));
        }
        stack.push(size, c.segs[X86Vcpu.CS].selector);
        stack.push(size, next);
        if (size == 8) {
            c.segmentation.nullStack(level);
        } else {
            c.segmentation.put(X86Vcpu.SS, stackSelector, ss);
        }
        enter(c, selector, d, level, offset);
        stack.commit();
    }

    /** RETF. */
    static void back(X86Vcpu c, int size, int release) {
        long offset = c.peek(size, 0);
        int selector = (int) c.peek(size, size) & 0xffff;
        if (!c.protectedMode()) {
            c.stackPointer(c.regs[4] + 2L * size + release);
            c.segmentation.loadReal(X86Vcpu.CS, selector);
            c.rip = offset;
            return;
        }
        Descriptor d = returnTarget(c, selector);
        int level = selector & 3;
        if (level == c.cpl) {
            enter(c, selector, d, level, offset);
            c.stackPointer(c.regs[4] + 2L * size + release);
            return;
        }
        long top = c.peek(size, 2 * size + release);
        int stackSelector = (int) c.peek(size, 3 * size + release) & 0xffff;
        toOuter(c, selector, d, offset, stackSelector, top + release);
    }

    /** To a level that is not more privileged, with a stack of its own. */
    private static void toOuter(
            X86Vcpu c, int selector, Descriptor d, long offset, int stackSelector, long top) {
        int level = selector & 3;
        boolean none =
                (stackSelector & 0xfffc) == 0
                        && d.longCode()
                        && c.longMode()
                        && level != 3
                        && (stackSelector & 3) == level;
        Descriptor ss =
                none ? d : c.segmentation.stackDescriptor(stackSelector, level, CpuFault.GP);
        checkOffset(c, d, offset);
        if (none) {
            c.segmentation.nullStack(stackSelector);
        } else {
            c.segmentation.put(X86Vcpu.SS, stackSelector, ss);
        }
        enter(c, selector, d, level, offset);
        c.stackPointer(top);
        c.segmentation.dropInnerSegments();
    }

    /** IRET. */
    static void interruptReturn(X86Vcpu c, int size, long next) {
        if (!c.protectedMode()) {
            realReturn(c, size);
        } else if ((c.flags & Flags.NT) != 0) {
            if (c.longMode()) {
                throw c.protection();
            }
            TaskSwitch.back(c, next);
        } else {
            protectedReturn(c, size);
        }
        c.nmiInService = false;
        c.interruptibilityChanged();
    }

    private static void realReturn(X86Vcpu c, int size) {
        if (c.virtual8086() && c.ioPrivilege() < 3) {
            throw c.protection();
        }
        long offset = c.peek(size, 0);
        int selector = (int) c.peek(size, size) & 0xffff;
        int flags = (int) c.peek(size, 2 * size);
        c.stackPointer(c.regs[4] + 3L * size);
        c.segmentation.loadReal(X86Vcpu.CS, selector);
        c.rip = offset;
        c.rflags(FlagRights.merge(c, flags, size));
    }

    private static void protectedReturn(X86Vcpu c, int size) {
        long offset = c.peek(size, 0);
        int selector = (int) c.peek(size, size) & 0xffff;
        int flags = (int) c.peek(size, 2 * size);
        if (size == 4 && (flags & Flags.VM) != 0 && c.cpl == 0 && !c.longMode()) {
            toVirtual8086(c, offset, selector, flags);
            return;
        }
        Descriptor d = returnTarget(c, selector);
        int level = selector & 3;
        // The rights are those of the level that is left.
        int merged = FlagRights.merge(c, flags, size);
        if (size != 2) {
            merged = (merged & ~Flags.RF) | (flags & Flags.RF);
        }
        if (level == c.cpl && !c.code64()) {
            enter(c, selector, d, level, offset);
            c.stackPointer(c.regs[4] + 3L * size);
        } else {
            long top = c.peek(size, 3 * size);
            int stackSelector = (int) c.peek(size, 4 * size) & 0xffff;
            toOuter(c, selector, d, offset, stackSelector, top);
        }
        c.rflags(merged);
    }

    private static void toVirtual8086(X86Vcpu c, long offset, int selector, int flags) {
        long top = c.peek(4, 12);
        int[] selectors = new int[6];
        selectors[X86Vcpu.CS] = selector;
        selectors[X86Vcpu.SS] = (int) c.peek(4, 16);
        selectors[X86Vcpu.ES] = (int) c.peek(4, 20);
        selectors[X86Vcpu.DS] = (int) c.peek(4, 24);
        selectors[X86Vcpu.FS] = (int) c.peek(4, 28);
        selectors[X86Vcpu.GS] = (int) c.peek(4, 32);
        c.rflags(flags);
        for (int i = 0; i < 6; i++) {
            c.segmentation.loadReal(i, selectors[i]);
        }
        c.regs[4] = top;
        c.rip = offset & 0xffff;
    }

    // ---- checks ---------------------------------------------------------------------------

    private static Descriptor target(X86Vcpu c, int selector) {
        if ((selector & 0xfffc) == 0) {
            throw c.protection();
        }
        return c.segmentation.descriptor(selector, CpuFault.GP);
    }

    private static void checkCode(X86Vcpu c, int selector, Descriptor d) {
        boolean fits =
                d.conforming() ? d.dpl() <= c.cpl : (selector & 3) <= c.cpl && d.dpl() == c.cpl;
        if (!fits || (c.longMode() && d.longCode() && d.big())) {
            throw c.fault(CpuFault.GP, selector & 0xfffc);
        }
        checkPresent(c, selector, d);
    }

    private static void checkGate(X86Vcpu c, int selector, Descriptor d) {
        int type = d.segment() ? -1 : d.type();
        boolean known =
                c.longMode()
                        ? type == 12
                        : type == 1 || type == 4 || type == 5 || type == 9 || type == 12;
        if (!known || d.dpl() < c.cpl || d.dpl() < (selector & 3)) {
            throw c.fault(CpuFault.GP, selector & 0xfffc);
        }
        checkPresent(c, selector, d);
    }

    private static long gateOffset(X86Vcpu c, int selector, Descriptor gate) {
        if (c.longMode()) {
            return gate.gateOffset() | c.segmentation.upperHalf(selector) << 32;
        }
        return gate.type() == 12 ? gate.gateOffset() : gate.gateOffset() & 0xffff;
    }

    private static Descriptor returnTarget(X86Vcpu c, int selector) {
        Descriptor d = target(c, selector);
        int level = selector & 3;
        boolean fits =
                d.code()
                        && level >= c.cpl
                        && (d.conforming() ? d.dpl() <= level : d.dpl() == level);
        if (!fits) {
            throw c.fault(CpuFault.GP, selector & 0xfffc);
        }
        checkPresent(c, selector, d);
        return d;
    }

    private static void checkPresent(X86Vcpu c, int selector, Descriptor d) {
        if (!d.present()) {
            throw c.fault(CpuFault.NP, selector & 0xfffc);
        }
    }

    private static void checkOffset(X86Vcpu c, Descriptor d, long offset) {
        boolean wide = c.longMode() && d.longCode();
        if (wide ? offset << 16 >> 16 != offset : offset > (d.limit() & 0xffffffffL)) {
            throw c.protection();
        }
    }

    private static void enter(X86Vcpu c, int selector, Descriptor d, int level, long offset) {
        checkOffset(c, d, offset);
        Descriptor used = c.segmentation.accessed(selector, d);
        CpuState.Segment cs = c.segs[X86Vcpu.CS];
        cs.set((selector & 0xfffc) | level, used.base(), used.limit(), used.flags());
        c.segmentation.modeChanged();
        c.rip = offset;
    }
}
