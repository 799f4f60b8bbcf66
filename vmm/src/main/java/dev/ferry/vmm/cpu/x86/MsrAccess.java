package dev.ferry.vmm.cpu.x86;

/** RDMSR and WRMSR: the registers that the processor keeps, and the host for the rest. */
final class MsrAccess {

    private static final int TSC = 0x10;
    private static final int TSC_ADJUST = 0x3b;
    private static final int MTRR_CAP = 0xfe;
    private static final int SYSENTER_CS = 0x174;
    private static final int SYSENTER_ESP = 0x175;
    private static final int SYSENTER_EIP = 0x176;
    private static final int MCG_CAP = 0x179;
    private static final int MCG_STATUS = 0x17a;
    private static final int MCG_CTL = 0x17b;
    private static final int MISC_ENABLE = 0x1a0;
    private static final int MTRR_BASE = 0x200;
    private static final int PAT = 0x277;
    private static final int MTRR_DEF_TYPE = 0x2ff;
    private static final int MC0_CTL = 0x400;
    private static final int EFER = 0xc0000080;
    private static final int STAR = 0xc0000081;
    private static final int LSTAR = 0xc0000082;
    private static final int CSTAR = 0xc0000083;
    private static final int FMASK = 0xc0000084;
    private static final int FS_BASE = 0xc0000100;
    private static final int GS_BASE = 0xc0000101;
    private static final int KERNEL_GS_BASE = 0xc0000102;
    private static final int TSC_AUX = 0xc0000103;

    private MsrAccess() {}

    static long timestamp(X86Vcpu c) {
        c.leaveGuest();
        try {
            return c.host.timestamp() + c.msrs.tscOffset;
        } finally {
            c.enterGuest();
        }
    }

    static long read(X86Vcpu c, int index) {
        ModelRegisters m = c.msrs;
        return switch (index) {
            case TSC -> timestamp(c);
            case TSC_ADJUST -> m.tscAdjust;
            case MTRR_CAP -> 0x508;
            case SYSENTER_CS -> m.sysenterCs & 0xffffffffL;
            case SYSENTER_ESP -> m.sysenterEsp;
            case SYSENTER_EIP -> m.sysenterEip;
            case MCG_CAP -> m.mcgCap;
            case MCG_STATUS -> m.mcgStatus;
            case MCG_CTL -> m.mcgCtl;
            case MISC_ENABLE -> m.miscEnable;
            case PAT -> m.pat;
            case MTRR_DEF_TYPE -> m.mtrrDefType;
            case EFER -> c.efer;
            case STAR -> m.star;
            case LSTAR -> m.lstar;
            case CSTAR -> m.cstar;
            case FMASK -> m.fmask;
            case FS_BASE -> c.segs[X86Vcpu.FS].base;
            case GS_BASE -> c.segs[X86Vcpu.GS].base;
            case KERNEL_GS_BASE -> m.kernelGsBase;
            case TSC_AUX -> m.tscAux;
            default -> readOther(c, index);
        };
    }

    private static long readOther(X86Vcpu c, int index) {
        ModelRegisters m = c.msrs;
        if (index >= MTRR_BASE && index < MTRR_BASE + 16) {
            int i = index - MTRR_BASE;
            return (i & 1) == 0 ? m.mtrrBase[i / 2] : m.mtrrMask[i / 2];
        }
        int fixed = fixedRange(index);
        if (fixed >= 0) {
            return m.mtrrFixed[fixed];
        }
        if (index >= MC0_CTL && index < MC0_CTL + m.mceBanks.length) {
            return m.mceBanks[index - MC0_CTL];
        }
        long[] value = new long[1];
        boolean known;
        c.leaveGuest();
        try {
            known = c.host.readMsr(c, index, value);
        } finally {
            c.enterGuest();
        }
        if (!known) {
            c.note("rdmsr 0x" + Integer.toHexString(index) + ": no such register");
            throw c.protection();
        }
        return value[0];
    }

    static void write(X86Vcpu c, int index, long value) {
        ModelRegisters m = c.msrs;
        switch (index) {
            case TSC -> m.tscOffset += value - timestamp(c);
            case TSC_ADJUST -> {
                m.tscOffset += value - m.tscAdjust;
                m.tscAdjust = value;
            }
            case SYSENTER_CS -> m.sysenterCs = (int) value & 0xffff;
            case SYSENTER_ESP -> m.sysenterEsp = canonical(c, value);
            case SYSENTER_EIP -> m.sysenterEip = canonical(c, value);
            case MCG_STATUS -> m.mcgStatus = value;
            case MCG_CTL -> m.mcgCtl = value;
            case MISC_ENABLE -> m.miscEnable = value;
            case PAT -> {
                for (int i = 0; i < 64; i += 8) {
                    int type = (int) (value >>> i) & 0xff;
                    if (type > 7 || type == 2 || type == 3) {
                        throw c.protection();
                    }
                }
                m.pat = value;
            }
            case MTRR_DEF_TYPE -> m.mtrrDefType = value;
            case EFER -> ControlRegisters.efer(c, value);
            case STAR -> m.star = value;
            case LSTAR -> m.lstar = canonical(c, value);
            case CSTAR -> m.cstar = canonical(c, value);
            case FMASK -> m.fmask = value;
            case FS_BASE -> base(c, X86Vcpu.FS, value);
            case GS_BASE -> base(c, X86Vcpu.GS, value);
            case KERNEL_GS_BASE -> m.kernelGsBase = canonical(c, value);
            case TSC_AUX -> m.tscAux = value & 0xffffffffL;
            default -> writeOther(c, index, value);
        }
    }

    private static void writeOther(X86Vcpu c, int index, long value) {
        ModelRegisters m = c.msrs;
        int fixed = fixedRange(index);
        if (index >= MTRR_BASE && index < MTRR_BASE + 16) {
            int i = index - MTRR_BASE;
            ((i & 1) == 0 ? m.mtrrBase : m.mtrrMask)[i / 2] = value;
        } else if (fixed >= 0) {
            m.mtrrFixed[fixed] = value;
        } else if (index >= MC0_CTL && index < MC0_CTL + m.mceBanks.length) {
            m.mceBanks[index - MC0_CTL] = value;
        } else {
            boolean known;
            c.leaveGuest();
            try {
                known = c.host.writeMsr(c, index, value);
            } finally {
                c.enterGuest();
            }
            if (!known) {
                c.note("wrmsr 0x" + Integer.toHexString(index) + ": no such register");
                throw c.protection();
            }
        }
    }

    static void base(X86Vcpu c, int segment, long value) {
        c.segs[segment].base = canonical(c, value);
        c.segmentation.modeChanged();
    }

    private static long canonical(X86Vcpu c, long value) {
        if (value << 16 >> 16 != value) {
            throw c.protection();
        }
        return value;
    }

    /** Place among the fixed-range MTRRs, or -1. */
    private static int fixedRange(int index) {
        return switch (index) {
            case 0x250 -> 0;
            case 0x258 -> 1;
            case 0x259 -> 2;
            default -> index >= 0x268 && index <= 0x26f ? index - 0x268 + 3 : -1;
        };
    }
}
