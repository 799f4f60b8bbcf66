package dev.ferry.vmm.cpu.x86;

/** CR0 to CR8, EFER, and the debug registers: what may be written, and what follows. */
final class ControlRegisters {

    private static final long CR0_BITS =
            X86Vcpu.CR0_PE
                    | X86Vcpu.CR0_MP
                    | X86Vcpu.CR0_EM
                    | X86Vcpu.CR0_TS
                    | X86Vcpu.CR0_ET
                    | X86Vcpu.CR0_NE
                    | X86Vcpu.CR0_WP
                    | X86Vcpu.CR0_AM
                    | X86Vcpu.CR0_NW
                    | X86Vcpu.CR0_CD
                    | X86Vcpu.CR0_PG;

    private ControlRegisters() {}

    static long read(X86Vcpu c, int index) {
        return switch (index) {
            case 0 -> c.cr0;
            case 2 -> c.cr2;
            case 3 -> c.cr3;
            case 4 -> c.cr4;
            default -> {
                c.leaveGuest();
                try {
                    yield c.host.taskPriority(c) & 15;
                } finally {
                    c.enterGuest();
                }
            }
        };
    }

    static void write(X86Vcpu c, int index, long value) {
        switch (index) {
            case 0 -> cr0(c, value);
            case 2 -> c.cr2 = value;
            case 3 -> {
                if (c.longMode() && value >>> 52 != 0) {
                    throw c.protection();
                }
                c.cr3 = value;
                c.flushTlb();
            }
            case 4 -> cr4(c, value);
            default -> {
                if (value >>> 4 != 0) {
                    throw c.protection();
                }
                c.leaveGuest();
                try {
                    c.host.taskPriority(c, (int) value);
                } finally {
                    c.enterGuest();
                }
            }
        }
    }

    static void cr0(X86Vcpu c, long requested) {
        if (requested >>> 32 != 0) {
            throw c.protection();
        }
        long value = (requested & CR0_BITS) | X86Vcpu.CR0_ET;
        boolean paging = (value & X86Vcpu.CR0_PG) != 0;
        if ((paging && (value & X86Vcpu.CR0_PE) == 0)
                || ((value & X86Vcpu.CR0_NW) != 0 && (value & X86Vcpu.CR0_CD) == 0)) {
            throw c.protection();
        }
        boolean was = (c.cr0 & X86Vcpu.CR0_PG) != 0;
        if (paging && !was && (c.efer & X86Vcpu.EFER_LME) != 0) {
            boolean longCode = (c.segs[X86Vcpu.CS].flags & 1 << 21) != 0;
            if ((c.cr4 & X86Vcpu.CR4_PAE) == 0 || longCode) {
                throw c.protection();
            }
            c.efer |= X86Vcpu.EFER_LMA;
        } else if (!paging && was && c.longMode()) {
            if (c.code64()) {
                throw c.protection();
            }
            c.efer &= ~X86Vcpu.EFER_LMA;
        }
        long changed = c.cr0 ^ value;
        c.cr0 = value;
        if ((changed & (X86Vcpu.CR0_PG | X86Vcpu.CR0_WP | X86Vcpu.CR0_PE)) != 0) {
            c.flushTlb();
        }
        c.segmentation.modeChanged();
    }

    private static void cr4(X86Vcpu c, long value) {
        if ((value & ~c.model.cr4Bits()) != 0 || (c.longMode() && (value & X86Vcpu.CR4_PAE) == 0)) {
            throw c.protection();
        }
        c.cr4 = value;
        c.flushTlb();
    }

    static void efer(X86Vcpu c, long requested) {
        if ((requested & ~(c.model.eferBits() | X86Vcpu.EFER_LMA)) != 0) {
            throw c.protection();
        }
        long changed = (c.efer ^ requested) & X86Vcpu.EFER_LME;
        if (changed != 0 && (c.cr0 & X86Vcpu.CR0_PG) != 0) {
            throw c.protection();
        }
        c.efer = (requested & ~X86Vcpu.EFER_LMA) | (c.efer & X86Vcpu.EFER_LMA);
        c.flushTlb();
    }

    static long readDebug(X86Vcpu c, int index) {
        return c.dr[debugIndex(c, index)];
    }

    static void writeDebug(X86Vcpu c, int index, long value) {
        int i = debugIndex(c, index);
        switch (i) {
            case 6 -> {
                high(c, value);
                c.dr[6] = (value & 0xe00f) | 0xffff0ff0L;
            }
            case 7 -> {
                high(c, value);
                c.dr[7] = (value & 0xffff2bffL) | 0x400;
            }
            default -> c.dr[i] = value;
        }
    }

    private static void high(X86Vcpu c, long value) {
        if (value >>> 32 != 0) {
            throw c.protection();
        }
    }

    private static int debugIndex(X86Vcpu c, int index) {
        if (index == 4 || index == 5) {
            if ((c.cr4 & X86Vcpu.CR4_DE) != 0) {
                throw c.undefined();
            }
            return index + 2;
        }
        if ((c.dr[7] & 1 << 13) != 0) {
            c.dr[6] |= 1 << 13;
            c.dr[7] &= ~(1L << 13);
            throw c.fault(CpuFault.DB, 0);
        }
        return index;
    }
}
