package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuState;

/** A processor's state, out and in. */
final class StateTransfer {

    private StateTransfer() {}

    static void save(X86Vcpu c, CpuState s) {
        System.arraycopy(c.regs, 0, s.regs, 0, 16);
        s.rip = c.rip;
        s.rflags = c.rflags();
        for (int i = 0; i < 6; i++) {
            copy(c.segs[i], s.segs[i]);
        }
        copy(c.ldt, s.ldt);
        copy(c.tr, s.tr);
        s.gdtBase = c.gdtBase;
        s.gdtLimit = c.gdtLimit;
        s.idtBase = c.idtBase;
        s.idtLimit = c.idtLimit;
        s.cr0 = c.cr0;
        s.cr2 = c.cr2;
        s.cr3 = c.cr3;
        s.cr4 = c.cr4;
        System.arraycopy(c.dr, 0, s.dr, 0, 8);
        s.efer = c.efer;
        ModelRegisters m = c.msrs;
        s.star = m.star;
        s.lstar = m.lstar;
        s.cstar = m.cstar;
        s.fmask = m.fmask;
        s.kernelGsBase = m.kernelGsBase;
        s.sysenterCs = m.sysenterCs;
        s.sysenterEsp = m.sysenterEsp;
        s.sysenterEip = m.sysenterEip;
        s.pat = m.pat;
        s.tsc = c.host.timestamp() + m.tscOffset;
        s.tscAux = m.tscAux;
        s.tscAdjust = m.tscAdjust;
        s.miscEnable = m.miscEnable;
        s.systemTimeMsr = m.systemTime;
        s.wallClockMsr = m.wallClock;
        s.smbase = m.smbase;
        System.arraycopy(m.mtrrFixed, 0, s.mtrrFixed, 0, 11);
        s.mtrrDefType = m.mtrrDefType;
        System.arraycopy(m.mtrrBase, 0, s.mtrrBase, 0, 8);
        System.arraycopy(m.mtrrMask, 0, s.mtrrMask, 0, 8);
        s.mcgCap = m.mcgCap;
        s.mcgStatus = m.mcgStatus;
        s.mcgCtl = m.mcgCtl;
        System.arraycopy(m.mceBanks, 0, s.mceBanks, 0, 40);
        s.xcr0 = c.xcr0;
        s.fpuControl = c.fpuControl;
        s.fpuStatus = c.fpuStatus;
        s.fpuTags = c.fpuTags;
        System.arraycopy(c.fpuMantissa, 0, s.fpuMantissa, 0, 8);
        System.arraycopy(c.fpuExponent, 0, s.fpuExponent, 0, 8);
        s.fpuOpcode = c.fpuOpcode;
        s.fpuIp = c.fpuIp;
        s.fpuDp = c.fpuDp;
        System.arraycopy(c.xmm, 0, s.xmm, 0, 32);
        System.arraycopy(c.ymmHigh, 0, s.ymmHigh, 0, 32);
        s.mxcsr = c.mxcsr;
        s.halted = c.halted;
        s.interruptRequest = c.requests;
        s.interruptShadow = c.shadow;
        s.nmiInService = c.nmiInService;
        s.a20 = c.a20Mask == -1;
        s.waitForSipi = c.waitForSipi;
    }

    static void load(X86Vcpu c, CpuState s) {
        c.requests = s.interruptRequest;
        loadRegisters(c, s);
    }

    /** Without what others ask for at any time. */
    static void loadRegisters(X86Vcpu c, CpuState s) {
        System.arraycopy(s.regs, 0, c.regs, 0, 16);
        c.rip = s.rip;
        for (int i = 0; i < 6; i++) {
            copy(s.segs[i], c.segs[i]);
        }
        copy(s.ldt, c.ldt);
        copy(s.tr, c.tr);
        c.gdtBase = s.gdtBase;
        c.gdtLimit = s.gdtLimit;
        c.idtBase = s.idtBase;
        c.idtLimit = s.idtLimit;
        c.cr0 = s.cr0;
        c.cr2 = s.cr2;
        c.cr3 = s.cr3;
        c.cr4 = s.cr4;
        System.arraycopy(s.dr, 0, c.dr, 0, 8);
        c.efer = s.efer;
        ModelRegisters m = c.msrs;
        m.star = s.star;
        m.lstar = s.lstar;
        m.cstar = s.cstar;
        m.fmask = s.fmask;
        m.kernelGsBase = s.kernelGsBase;
        m.sysenterCs = s.sysenterCs;
        m.sysenterEsp = s.sysenterEsp;
        m.sysenterEip = s.sysenterEip;
        m.pat = s.pat;
        m.tscOffset = s.tsc - c.host.timestamp();
        m.tscAux = s.tscAux;
        m.tscAdjust = s.tscAdjust;
        m.miscEnable = s.miscEnable;
        m.systemTime = s.systemTimeMsr;
        m.wallClock = s.wallClockMsr;
        m.smbase = s.smbase;
        System.arraycopy(s.mtrrFixed, 0, m.mtrrFixed, 0, 11);
        m.mtrrDefType = s.mtrrDefType;
        System.arraycopy(s.mtrrBase, 0, m.mtrrBase, 0, 8);
        System.arraycopy(s.mtrrMask, 0, m.mtrrMask, 0, 8);
        m.mcgCap = s.mcgCap;
        m.mcgStatus = s.mcgStatus;
        m.mcgCtl = s.mcgCtl;
        System.arraycopy(s.mceBanks, 0, m.mceBanks, 0, 40);
        c.xcr0 = s.xcr0;
        c.fpuControl = s.fpuControl;
        c.fpuStatus = s.fpuStatus;
        c.fpuTags = s.fpuTags;
        System.arraycopy(s.fpuMantissa, 0, c.fpuMantissa, 0, 8);
        System.arraycopy(s.fpuExponent, 0, c.fpuExponent, 0, 8);
        c.fpuOpcode = s.fpuOpcode;
        c.fpuIp = s.fpuIp;
        c.fpuDp = s.fpuDp;
        System.arraycopy(s.xmm, 0, c.xmm, 0, 32);
        System.arraycopy(s.ymmHigh, 0, c.ymmHigh, 0, 32);
        c.mxcsr = s.mxcsr;
        c.halted = s.halted;
        c.shadow = s.interruptShadow;
        c.nmiInService = s.nmiInService;
        c.a20Mask = s.a20 ? -1 : ~0x100000L;
        c.waitForSipi = s.waitForSipi;
        c.stop = false;
        c.flags = 0;
        c.rflags((int) s.rflags);
        c.segmentation.modeChanged();
        c.flushTlb();
        c.blocks.clear();
        c.attend();
    }

    private static void copy(CpuState.Segment from, CpuState.Segment to) {
        to.set(from.selector, from.base, from.limit, from.flags);
    }
}
