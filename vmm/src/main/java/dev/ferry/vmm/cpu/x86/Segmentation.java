package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;

/**
 * Segment registers: loading them, and what follows from what is in them: bases, limits, the
 * processor's mode and privilege level.
 */
final class Segmentation {

    /** In place of a limit: the segment begins after its limit. */
    static final long EXPAND_DOWN = -2;

    private static final int PRESENT = 1 << 15;
    private static final int ACCESSED = 1 << 8;

    private final X86Vcpu cpu;

    Segmentation(X86Vcpu cpu) {
        this.cpu = cpu;
    }

    /** Works out everything again that depends on control and segment registers. */
    void modeChanged() {
        X86Vcpu c = cpu;
        boolean pe = (c.cr0 & X86Vcpu.CR0_PE) != 0;
        boolean vm = (c.flags & Flags.VM) != 0;
        boolean lma = (c.efer & X86Vcpu.EFER_LMA) != 0;
        int cs = c.segs[X86Vcpu.CS].flags;
        int ss = c.segs[X86Vcpu.SS].flags;
        boolean code64 = lma && (cs & 1 << 21) != 0;
        c.cpl = !pe ? 0 : vm ? 3 : ss >> 13 & 3;
        int mode = lma ? X86Vcpu.LONG : 0;
        mode |= pe && !vm ? X86Vcpu.PROTECTED : 0;
        mode |= c.cpl == 3 ? X86Vcpu.USER : 0;
        if (code64) {
            mode |= X86Vcpu.CODE64 | X86Vcpu.FLAT;
            c.stackMask = -1;
            c.ripMask = -1;
            c.codeLimit = Long.MAX_VALUE;
        } else {
            boolean big = (ss & 1 << 22) != 0;
            mode |= (cs & 1 << 22) != 0 ? X86Vcpu.CODE32 : 0;
            mode |= big ? X86Vcpu.STACK32 : 0;
            c.stackMask = big ? 0xffffffffL : 0xffff;
            c.ripMask = 0xffffffffL;
            c.codeLimit = c.segs[X86Vcpu.CS].limit & 0xffffffffL;
        }
        boolean flat = true;
        for (int i = 0; i < 6; i++) {
            CpuState.Segment s = c.segs[i];
            boolean ignored = code64 && i < X86Vcpu.FS;
            c.base[i] = ignored ? 0 : code64 ? s.base : s.base & 0xffffffffL;
            limits(i, s, pe && !vm);
            if (i == X86Vcpu.ES || i == X86Vcpu.SS || i == X86Vcpu.DS) {
                flat &= c.readLimit[i] == 0xffffffffL && c.writeLimit[i] == 0xffffffffL;
            }
        }
        c.mode = mode | (flat ? X86Vcpu.FLAT : 0);
        c.userAccess(c.cpl == 3);
    }

    private void limits(int i, CpuState.Segment s, boolean isProtected) {
        long limit = s.limit & 0xffffffffL;
        long read = limit;
        long write = limit;
        if (isProtected) {
            if ((s.flags & PRESENT) == 0) {
                read = -1;
                write = -1;
            } else if ((s.flags & 1 << 11) != 0) {
                read = (s.flags & 1 << 9) != 0 ? limit : -1;
                write = -1;
            } else {
                read = (s.flags & 1 << 10) != 0 ? EXPAND_DOWN : limit;
                write = (s.flags & 1 << 9) != 0 ? read : -1;
            }
        }
        cpu.readLimit[i] = read;
        cpu.writeLimit[i] = write;
    }

    /** An access that the plain limit does not allow: faults unless the segment expands down. */
    void refuse(int segment, long offset, int size, boolean writing) {
        X86Vcpu c = cpu;
        if (c.code64()) {
            return;
        }
        long limit = writing ? c.writeLimit[segment] : c.readLimit[segment];
        if (limit == EXPAND_DOWN) {
            CpuState.Segment s = c.segs[segment];
            long top = (s.flags & 1 << 22) != 0 ? 0xffffffffL : 0xffff;
            if (offset > (s.limit & 0xffffffffL) && offset + size - 1 <= top) {
                return;
            }
        }
        throw c.fault(segment == X86Vcpu.SS ? CpuFault.SS : CpuFault.GP, 0);
    }

    // ---- descriptors ----------------------------------------------------------------------

    /**
     * A descriptor of the GDT or the LDT.
     *
     * @param vector of the exception if the selector is beyond the table
     */
    Descriptor descriptor(int selector, int vector) {
        return new Descriptor(cpu.systemLoad(place(selector, vector), 8));
    }

    private long place(int selector, int vector) {
        boolean local = (selector & 4) != 0;
        long limit = (local ? cpu.ldt.limit : cpu.gdtLimit) & 0xffffffffL;
        if ((selector | 7) > limit || (local && (cpu.ldt.flags & PRESENT) == 0)) {
            throw cpu.fault(vector, selector & 0xfffc);
        }
        return cpu.wrap((local ? cpu.ldt.base : cpu.gdtBase) + (selector & 0xfff8));
    }

    /** The upper half of a system descriptor of 16 bytes, in long mode. */
    long upperHalf(int selector) {
        long limit = cpu.gdtLimit & 0xffffffffL;
        if ((selector | 15) > limit) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        return cpu.systemLoad(place(selector, CpuFault.GP) + 8, 8);
    }

    /** Marks a code or data segment as used. */
    Descriptor accessed(int selector, Descriptor d) {
        if ((d.high() & ACCESSED) != 0) {
            return d;
        }
        long place = place(selector, CpuFault.GP);
        cpu.systemStore(place + 5, 1, (d.high() >> 8 & 0xff) | 1);
        return new Descriptor(d.bits() | (long) ACCESSED << 32);
    }

    /** Marks a task state segment as busy or free. */
    void busy(int selector, boolean busy) {
        long place = place(selector, CpuFault.GP) + 5;
        long old = cpu.systemLoad(place, 1);
        cpu.systemStore(place, 1, busy ? old | 2 : old & ~2);
    }

    /** Puts a checked segment into a register. */
    void put(int segment, int selector, Descriptor d) {
        cpu.segs[segment].set(selector & 0xffff, d.base(), d.limit(), d.flags());
        modeChanged();
    }

    // ---- loading --------------------------------------------------------------------------

    /** MOV, POP, LDS and so on: any register but CS. */
    void load(int segment, int selector) {
        if (!cpu.protectedMode()) {
            loadReal(segment, selector);
        } else if ((selector & 0xfffc) == 0) {
            loadNull(segment, selector);
        } else if (segment == X86Vcpu.SS) {
            loadStack(selector, cpu.cpl, CpuFault.GP);
        } else {
            loadData(segment, selector);
        }
    }

    /** Real and virtual-8086 mode. */
    void loadReal(int segment, int selector) {
        CpuState.Segment s = cpu.segs[segment];
        s.selector = selector & 0xffff;
        s.base = (long) (selector & 0xffff) << 4;
        if (cpu.virtual8086()) {
            s.limit = 0xffff;
            s.flags = 0xf300;
        }
        modeChanged();
    }

    private void loadNull(int segment, int selector) {
        if (segment == X86Vcpu.SS) {
            if (!cpu.code64() || cpu.cpl == 3 || (selector & 3) != cpu.cpl) {
                throw cpu.protection();
            }
            nullStack(selector);
            return;
        }
        cpu.segs[segment].set(selector, 0, 0, 0);
        modeChanged();
    }

    /** SS of 64-bit code without a descriptor. */
    void nullStack(int selector) {
        cpu.segs[X86Vcpu.SS].set(selector & 0xffff, 0, 0, (selector & 3) << 13);
        modeChanged();
    }

    /**
     * SS for a privilege level.
     *
     * @param vector of the exception for what does not fit: #GP or #TS
     */
    void loadStack(int selector, int level, int vector) {
        put(X86Vcpu.SS, selector, stackDescriptor(selector, level, vector));
    }

    /** The checks of {@link #loadStack} alone. */
    Descriptor stackDescriptor(int selector, int level, int vector) {
        if ((selector & 0xfffc) == 0) {
            throw cpu.fault(vector, 0);
        }
        Descriptor d = descriptor(selector, vector);
        if ((selector & 3) != level || !d.writableData() || d.dpl() != level) {
            throw cpu.fault(vector, selector & 0xfffc);
        }
        if (!d.present()) {
            throw cpu.fault(CpuFault.SS, selector & 0xfffc);
        }
        return accessed(selector, d);
    }

    private void loadData(int segment, int selector) {
        Descriptor d = descriptor(selector, CpuFault.GP);
        boolean conforming = d.code() && d.conforming();
        if (!d.readable() || (!conforming && d.dpl() < Math.max(cpu.cpl, selector & 3))) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        if (!d.present()) {
            throw cpu.fault(CpuFault.NP, selector & 0xfffc);
        }
        put(segment, selector, accessed(selector, d));
    }

    /** On the way to an outer level: data segments that it may not have become null. */
    void dropInnerSegments() {
        for (int i = 0; i < 6; i++) {
            CpuState.Segment s = cpu.segs[i];
            if (i == X86Vcpu.CS || i == X86Vcpu.SS) {
                continue;
            }
            boolean conforming = (s.flags & 0xc00) == 0xc00;
            if ((s.selector & 0xfffc) != 0 && !conforming && (s.flags >> 13 & 3) < cpu.cpl) {
                s.set(0, s.base, s.limit, s.flags & ~PRESENT);
            } else if ((s.selector & 0xfffc) == 0) {
                s.selector = 0;
            }
        }
        modeChanged();
    }

    /** LLDT. */
    void loadLdt(int selector) {
        if ((selector & 0xfffc) == 0) {
            cpu.ldt.set(selector & 0xffff, 0, 0, 0);
            return;
        }
        if ((selector & 4) != 0) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        Descriptor d = descriptor(selector, CpuFault.GP);
        if (d.segment() || d.type() != 2) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        if (!d.present()) {
            throw cpu.fault(CpuFault.NP, selector & 0xfffc);
        }
        cpu.ldt.set(selector & 0xffff, systemBase(selector, d), d.limit(), d.flags());
    }

    /** LTR. */
    void loadTask(int selector) {
        if ((selector & 0xfffc) == 0 || (selector & 4) != 0) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        Descriptor d = descriptor(selector, CpuFault.GP);
        boolean fits = !d.segment() && (d.type() == 9 || (d.type() == 1 && !cpu.longMode()));
        if (!fits) {
            throw cpu.fault(CpuFault.GP, selector & 0xfffc);
        }
        if (!d.present()) {
            throw cpu.fault(CpuFault.NP, selector & 0xfffc);
        }
        long base = systemBase(selector, d);
        busy(selector, true);
        cpu.tr.set(selector & 0xffff, base, d.limit(), d.flags() | 0x200);
    }

    private long systemBase(int selector, Descriptor d) {
        return cpu.longMode() ? d.base() | upperHalf(selector) << 32 : d.base();
    }
}
