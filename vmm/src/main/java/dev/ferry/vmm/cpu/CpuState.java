package dev.ferry.vmm.cpu;

import java.util.Arrays;

/**
 * The architectural state of an x86 processor: what the section {@code cpu} of a stream carries, in
 * its units and with its numbering. Registers are in the order RAX RCX RDX RBX RSP RBP RSI RDI R8
 * to R15, segments in the order ES CS SS DS FS GS.
 *
 * <p>Source: QEMU target/i386/machine.c, vmstate_x86_cpu, and cpu.h, CPUX86State.
 */
public final class CpuState {

    /** A segment register, LDTR or TR with what was read from its descriptor. */
    public static final class Segment {
        public int selector;
        public long base;

        /** The last byte that may be accessed, whatever the granularity. */
        public int limit;

        /**
         * The descriptor's attribute bits where the upper half of the descriptor has them: type 8
         * to 11, S 12, DPL 13 and 14, P 15, AVL 20, L 21, D/B 22, G 23.
         */
        public int flags;

        /** All zero. */
        public Segment() {}

        /** Sets all four. */
        public void set(int newSelector, long newBase, int newLimit, int newFlags) {
            selector = newSelector;
            base = newBase;
            limit = newLimit;
            flags = newFlags;
        }
    }

    public final long[] regs = new long[16];
    public long rip;

    /** Complete; bit 1 is set. */
    public long rflags = 2;

    public final Segment[] segs = new Segment[6];
    public final Segment ldt = new Segment();
    public final Segment tr = new Segment();
    public long gdtBase;
    public int gdtLimit;
    public long idtBase;
    public int idtLimit;

    public long cr0;
    public long cr2;
    public long cr3;
    public long cr4;

    /** DR0 to DR7; 4 and 5 are 0. */
    public final long[] dr = new long[8];

    public long efer;
    public long star;
    public long lstar;
    public long cstar;
    public long fmask;
    public long kernelGsBase;
    public int sysenterCs;
    public long sysenterEsp;
    public long sysenterEip;
    public long pat;
    public long tsc;
    public long tscAux;
    public long tscAdjust;
    public long miscEnable = 1;
    public long systemTimeMsr;
    public long wallClockMsr;
    public int smbase = 0x30000;
    public final long[] mtrrFixed = new long[11];
    public long mtrrDefType;
    public final long[] mtrrBase = new long[8];
    public final long[] mtrrMask = new long[8];
    public long mcgCap = 0x0100010aL;
    public long mcgStatus;
    public long mcgCtl = -1;
    public final long[] mceBanks = new long[40];
    public long xcr0 = 1;

    /** Control word. */
    public int fpuControl = 0x37f;

    /** Status word, with the top of the stack in bits 11 to 13. */
    public int fpuStatus;

    /** Bit i: physical register i is in use. */
    public int fpuTags;

    /** Mantissas of the physical registers; physical, not relative to the top of the stack. */
    public final long[] fpuMantissa = new long[8];

    /** Sign (bit 15) and exponent of the physical registers. */
    public final int[] fpuExponent = new int[8];

    public int fpuOpcode;
    public long fpuIp;
    public long fpuDp;

    /** Low halves of XMM0 to XMM15 at even places, high halves after them. */
    public final long[] xmm = new long[32];

    /** Upper 128 bits of YMM0 to YMM15, in the same order. */
    public final long[] ymmHigh = new long[32];

    public int mxcsr = 0x1f80;

    /** Whether HLT was executed and nothing has ended it. */
    public boolean halted;

    /** Bits of {@link CpuRequest}. */
    public int interruptRequest;

    /** Whether the next instruction is covered by STI or a load of SS. */
    public boolean interruptShadow;

    /** Whether an NMI is being served. */
    public boolean nmiInService;

    /** Whether an NMI waits. */
    public boolean nmiPending;

    /** Whether an NMI was accepted but not delivered; a kernel's vCPU leaves such behind. */
    public boolean nmiInjected;

    /** Vector of an exception that was accepted but not delivered; -1 if there is none. */
    public int exceptionInjected = -1;

    public boolean exceptionHasErrorCode;
    public int exceptionErrorCode;

    /** Vector of an interrupt that was acknowledged but not delivered; -1 if there is none. */
    public int interruptInjected = -1;

    /** Whether that is an INT instruction's. */
    public boolean interruptSoft;

    public boolean a20 = true;

    /** Whether a processor other than the first waits for SIPI. */
    public boolean waitForSipi;

    /** In its power-on state. */
    public CpuState() {
        for (int i = 0; i < segs.length; i++) {
            segs[i] = new Segment();
        }
        reset();
    }

    /**
     * Power-on values: real mode at 0xf000:0xfff0 with the base of CS at 0xffff0000.
     *
     * <p>Source: Intel SDM volume 3, table 9-1; QEMU target/i386/cpu.c, x86_cpu_reset_hold.
     */
    public void reset() {
        Arrays.fill(regs, 0);
        regs[2] = 0x60fb1;
        rip = 0xfff0;
        rflags = 2;
        for (Segment segment : segs) {
            segment.set(0, 0, 0xffff, 0x9300);
        }
        segs[1].set(0xf000, 0xffff0000L, 0xffff, 0x9b00);
        ldt.set(0, 0, 0xffff, 0x8200);
        tr.set(0, 0, 0xffff, 0x8b00);
        gdtBase = 0;
        gdtLimit = 0xffff;
        idtBase = 0;
        idtLimit = 0xffff;
        cr0 = 0x60000010L;
        cr2 = 0;
        cr3 = 0;
        cr4 = 0;
        Arrays.fill(dr, 0);
        dr[6] = 0xffff0ff0L;
        dr[7] = 0x400;
        efer = 0;
        pat = 0x0007040600070406L;
        smbase = 0x30000;
        fpuControl = 0x37f;
        fpuStatus = 0;
        fpuTags = 0;
        Arrays.fill(fpuMantissa, 0);
        Arrays.fill(fpuExponent, 0);
        Arrays.fill(xmm, 0);
        Arrays.fill(ymmHigh, 0);
        mxcsr = 0x1f80;
        xcr0 = 1;
        halted = false;
        interruptRequest = 0;
        interruptShadow = false;
        nmiInService = false;
        nmiPending = false;
        nmiInjected = false;
        exceptionInjected = -1;
        exceptionHasErrorCode = false;
        exceptionErrorCode = 0;
        interruptInjected = -1;
        interruptSoft = false;
        miscEnable = 1;
    }
}
