package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.CpuState;

/**
 * The {@code hflags} of a stream: what QEMU's translator knows of a processor's mode, made of the
 * registers. It uses them as they come.
 *
 * <p>Source: QEMU target/i386/cpu.h, HF_*, and cpu.c, x86_update_hflags.
 */
final class HiddenFlags {

    static final int INHIBIT_IRQ = 1 << 3;

    private static final int CS32 = 1 << 4;
    private static final int SS32 = 1 << 5;
    private static final int ADDSEG = 1 << 6;
    private static final int PE = 1 << 7;
    private static final int LMA = 1 << 14;
    private static final int CS64 = 1 << 15;
    private static final int SVME = 1 << 20;
    private static final int OSFXSR = 1 << 22;
    private static final int SMAP = 1 << 23;
    private static final int UMIP = 1 << 27;
    private static final int AVX_ENABLED = 1 << 28;

    private static final long EFER_LMA = 1 << 10;
    private static final long EFER_SVME = 1 << 12;
    private static final int SEGMENT_L = 1 << 21;
    private static final int SEGMENT_B = 1 << 22;
    private static final int VM = 1 << 17;

    /** TF, IOPL, RF, VM and AC are where EFLAGS has them. */
    private static final int OF_EFLAGS = 0x100 | 0x3000 | 0x10000 | VM | 0x40000;

    private HiddenFlags() {}

    static int of(CpuState cpu) {
        CpuState.Segment cs = cpu.segs[1];
        CpuState.Segment ss = cpu.segs[2];
        int flags = ss.flags >> 13 & 3;
        flags |= (int) (cpu.rflags & OF_EFLAGS);
        flags |= (int) (cpu.cr0 & 1) << 7;
        // MP, EM and TS are CR0 bits 1 to 3.
        flags |= (int) (cpu.cr0 & 0x0e) << 8;
        boolean longMode = (cpu.efer & EFER_LMA) != 0;
        flags |= longMode ? LMA : 0;
        if (longMode && (cs.flags & SEGMENT_L) != 0) {
            flags |= CS32 | SS32 | CS64;
        } else {
            flags |= (cs.flags & SEGMENT_B) != 0 ? CS32 : 0;
            flags |= (ss.flags & SEGMENT_B) != 0 ? SS32 : 0;
            boolean segmented = (flags & PE) == 0 || (cpu.rflags & VM) != 0 || (flags & CS32) == 0;
            long bases = cpu.segs[3].base | cpu.segs[0].base | ss.base;
            flags |= segmented || bases != 0 ? ADDSEG : 0;
        }
        flags |= (cpu.efer & EFER_SVME) != 0 ? SVME : 0;
        flags |= (cpu.cr4 & 1 << 9) != 0 ? OSFXSR : 0;
        flags |= (cpu.cr4 & 1 << 21) != 0 ? SMAP : 0;
        flags |= (cpu.cr4 & 1 << 11) != 0 ? UMIP : 0;
        flags |= (cpu.cr4 & 1 << 18) != 0 && (cpu.xcr0 & 4) != 0 ? AVX_ENABLED : 0;
        flags |= cpu.interruptShadow ? INHIBIT_IRQ : 0;
        return flags;
    }
}
