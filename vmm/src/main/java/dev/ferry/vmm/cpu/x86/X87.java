package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.fp.Formats;
import dev.ferry.vmm.cpu.x86.fp.Num;
import dev.ferry.vmm.cpu.x86.fp.Precision;
import dev.ferry.vmm.cpu.x86.fp.SoftFloat;

/**
 * The x87 unit: the stack of eight registers, status and control word, and how results and
 * exceptions get into them. The registers themselves are the {@link X86Vcpu}'s.
 *
 * <p>An unmasked exception is taken by the next instruction that waits, as #MF. With CR0.NE clear,
 * where a PC would raise interrupt 13, nothing happens.
 */
final class X87 {

    static final int STACK_FAULT = 0x40;
    static final int ERROR = 0x80;
    static final int C0 = 0x100;
    static final int C1 = 0x200;
    static final int C2 = 0x400;
    static final int TOP = 0x3800;
    static final int C3 = 0x4000;
    static final int BUSY = 0x8000;
    static final int CONDITIONS = C0 | C1 | C2 | C3;

    private static final int MASKABLE = 0x3f;

    final SoftFloat soft = new SoftFloat();
    final X86Vcpu c;

    /** Selectors that go with the instruction and the data pointer. */
    int codeSelector;

    int dataSelector;

    X87(X86Vcpu c) {
        this.c = c;
        soft.greaterNaN = true;
    }

    /** #NM if there is to be no x87, #MF if an exception is pending. */
    void require() {
        if ((c.cr0 & (X86Vcpu.CR0_EM | X86Vcpu.CR0_TS)) != 0) {
            throw c.fault(CpuFault.NM, 0);
        }
        if ((c.fpuStatus & ERROR) != 0 && (c.cr0 & X86Vcpu.CR0_NE) != 0) {
            throw c.fault(CpuFault.MF, 0);
        }
    }

    // ---- the stack ------------------------------------------------------------------------

    int physical(int i) {
        return (c.fpuStatus >> 11) + i & 7;
    }

    private boolean empty(int i) {
        return (c.fpuTags >> physical(i) & 1) == 0;
    }

    /** Turns the stack by that many registers. */
    void turn(int by) {
        c.fpuStatus = (c.fpuStatus & ~TOP) | (c.fpuStatus + (by << 11) & TOP);
    }

    void free(int i) {
        c.fpuTags &= ~(1 << physical(i));
    }

    void pop() {
        free(0);
        turn(1);
    }

    /**
     * Gets a register.
     *
     * @return whether it held something; if not, the exception is noted and the masked response is
     *     there
     */
    boolean get(Num n, int i) {
        if (empty(i)) {
            soft.flags |= SoftFloat.INVALID | STACK_FAULT;
            c.fpuStatus &= ~C1;
            soft.invalid();
            n.set(soft.r);
            return false;
        }
        int p = physical(i);
        Formats.from80(n, c.fpuExponent[p], c.fpuMantissa[p]);
        return true;
    }

    /** Sets a register to the result. */
    void set(int i) {
        int p = physical(i);
        c.fpuExponent[p] = Formats.exponent80(soft.r);
        c.fpuMantissa[p] = Formats.mantissa80(soft.r);
        c.fpuTags |= 1 << p;
    }

    /** Copies a register, bit by bit. */
    void copy(int to, int from) {
        int p = physical(from);
        int q = physical(to);
        c.fpuExponent[q] = c.fpuExponent[p];
        c.fpuMantissa[q] = c.fpuMantissa[p];
        c.fpuTags |= 1 << q;
    }

    /** Pushes the result. */
    void push() {
        if (pushable()) {
            turn(-1);
            set(0);
        }
    }

    /** Pushes bits as they are. */
    void push(int exponent, long mantissa) {
        if (pushable()) {
            turn(-1);
            int p = physical(0);
            c.fpuExponent[p] = exponent;
            c.fpuMantissa[p] = mantissa;
            c.fpuTags |= 1 << p;
        }
    }

    /** Whether there is room. With the exception masked, a NaN has been pushed otherwise. */
    private boolean pushable() {
        if (empty(-1)) {
            return true;
        }
        soft.flags |= SoftFloat.INVALID | STACK_FAULT;
        if (commit()) {
            soft.invalid();
            turn(-1);
            set(0);
            soft.flags = 0;
        }
        c.fpuStatus |= C1;
        return false;
    }

    // ---- exceptions -----------------------------------------------------------------------

    /** Before an operation. */
    void begin() {
        soft.flags = 0;
        soft.rounding = c.fpuControl >> 10 & 3;
        soft.underflowUnmasked = (c.fpuControl & SoftFloat.UNDERFLOW) == 0;
        soft.roundedUp = false;
    }

    /** What results are rounded to. */
    Precision precision() {
        return switch (c.fpuControl >> 8 & 3) {
            case 0 -> Precision.X87_24;
            case 2 -> Precision.X87_53;
            default -> Precision.EXTENDED;
        };
    }

    /**
     * Takes exceptions over into the status word.
     *
     * @return whether the result is to be stored: none is unmasked that is found before computing
     */
    boolean commit() {
        int flags = soft.flags;
        c.fpuStatus |= flags;
        int unmasked = flags & ~c.fpuControl & MASKABLE;
        if (unmasked != 0) {
            c.fpuStatus |= ERROR | BUSY;
        }
        return (unmasked & (SoftFloat.INVALID | SoftFloat.ZERO_DIVIDE | SoftFloat.DENORMAL)) == 0;
    }

    /** {@link #commit}, and C1 tells how the result was rounded. */
    boolean commitRounded() {
        c.fpuStatus = (c.fpuStatus & ~C1) | (soft.roundedUp ? C1 : 0);
        return commit();
    }

    /** As after a load of the control or status word: whether an exception is pending. */
    void review() {
        boolean pending = (c.fpuStatus & ~c.fpuControl & MASKABLE) != 0;
        c.fpuStatus = (c.fpuStatus & ~(ERROR | BUSY)) | (pending ? ERROR | BUSY : 0);
    }

    void conditions(int set) {
        c.fpuStatus = (c.fpuStatus & ~CONDITIONS) | set;
    }

    void reset() {
        c.fpuControl = 0x37f;
        c.fpuStatus = 0;
        c.fpuTags = 0;
        c.fpuIp = 0;
        c.fpuDp = 0;
        c.fpuOpcode = 0;
        codeSelector = 0;
        dataSelector = 0;
    }

    // ---- tags -----------------------------------------------------------------------------

    /** The tag word with two bits a register, as FNSTENV stores it. */
    int tagWord() {
        int word = 0;
        for (int p = 0; p < 8; p++) {
            word |= tag(p) << (2 * p);
        }
        return word;
    }

    private int tag(int p) {
        if ((c.fpuTags >> p & 1) == 0) {
            return 3;
        }
        int e = c.fpuExponent[p] & 0x7fff;
        long m = c.fpuMantissa[p];
        if (e == 0 && m == 0) {
            return 1;
        }
        return e == 0 || e == 0x7fff || m >= 0 ? 2 : 0;
    }

    void tagWord(int word) {
        int tags = 0;
        for (int p = 0; p < 8; p++) {
            if ((word >> (2 * p) & 3) != 3) {
                tags |= 1 << p;
            }
        }
        c.fpuTags = tags;
    }
}
