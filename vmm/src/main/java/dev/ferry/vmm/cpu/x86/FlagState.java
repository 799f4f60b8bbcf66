package dev.ferry.vmm.cpu.x86;

/**
 * The arithmetic flags, kept as what they are computed from: the last result, sign-extended, and
 * the carries out of its bits.
 *
 * <pre>
 *  result  zero: ZF; bit 63: SF; low eight bits: PF
 *  carries bit 63: CF; bit 62: CF xor OF; bit 3: AF
 *          bit 0: SF is the opposite; bit 1: PF is the opposite
 * </pre>
 *
 * <p>The last two exist for flags that no result has, as POPF can load them. Sizes are given as
 * {@code shift}, which is 64 less the number of bits.
 */
class FlagState {

    static final long CARRY = 1L << 63;
    static final long PARTIAL = 1L << 62;
    private static final long TOP = CARRY | PARTIAL;
    private static final long AUX = 8;

    long result = 1;
    long carries;

    final boolean carry() {
        return carries < 0;
    }

    final boolean zero() {
        return result == 0;
    }

    final boolean sign() {
        return (result ^ carries << 63) < 0;
    }

    final boolean overflow() {
        return (carries ^ carries << 1) < 0;
    }

    /** SF differs from OF. */
    final boolean less() {
        return (result ^ carries << 63 ^ carries ^ carries << 1) < 0;
    }

    final boolean parity() {
        int x = (int) result & 0xff;
        x ^= x >> 4;
        return ((0x9669 >> (x & 15) & 1) ^ ((int) carries >> 1 & 1)) != 0;
    }

    final int arithmeticFlags() {
        return (int) (carries >>> 63)
                | (parity() ? Flags.PF : 0)
                | (int) (carries & AUX) << 1
                | (result == 0 ? Flags.ZF : 0)
                | (sign() ? Flags.SF : 0)
                | (overflow() ? Flags.OF : 0);
    }

    final void arithmeticFlags(int f) {
        boolean z = (f & Flags.ZF) != 0;
        boolean s = (f & Flags.SF) != 0;
        result = z ? 0 : s ? Long.MIN_VALUE | 0x100 : 0x100;
        boolean c = (f & Flags.CF) != 0;
        boolean o = (f & Flags.OF) != 0;
        carries =
                (c ? CARRY : 0)
                        | (c != o ? PARTIAL : 0)
                        | (f & Flags.AF) >> 1
                        | (z && s ? 1 : 0)
                        | ((f & Flags.PF) == 0 ? 2 : 0);
    }

    /** Leaves the other four as they are. */
    final void carryOverflow(boolean c, boolean o) {
        carries = (carries & ~TOP) | (c ? CARRY : 0) | (c != o ? PARTIAL : 0);
    }

    final void setCarry(boolean c) {
        carryOverflow(c, overflow());
    }

    final void setZero(boolean z) {
        arithmeticFlags((arithmeticFlags() & ~Flags.ZF) | (z ? Flags.ZF : 0));
    }

    /** Flags of a logical result, which is in the low bits of {@code r}. */
    final long logic(long r, int shift) {
        result = r << shift >> shift;
        carries = 0;
        return r;
    }

    /** The low bits of what is returned are the sum; likewise below. */
    final long add(long a, long b, int shift) {
        long r = a + b;
        long out = (a & b) | ((a | b) & ~r);
        result = r << shift >> shift;
        carries = (out << shift & TOP) | (out & AUX);
        return r;
    }

    final long adc(long a, long b, int shift) {
        long r = a + b + (carries >>> 63);
        long out = (a & b) | ((a | b) & ~r);
        result = r << shift >> shift;
        carries = (out << shift & TOP) | (out & AUX);
        return r;
    }

    final long sub(long a, long b, int shift) {
        long r = a - b;
        long out = (~a & b) | ((~a | b) & r);
        result = r << shift >> shift;
        carries = (out << shift & TOP) | (out & AUX);
        return r;
    }

    final long sbb(long a, long b, int shift) {
        long r = a - b - (carries >>> 63);
        long out = (~a & b) | ((~a | b) & r);
        result = r << shift >> shift;
        carries = (out << shift & TOP) | (out & AUX);
        return r;
    }

    final long inc(long a, int shift) {
        long r = a + 1;
        long out = a & ~r;
        keepCarry(out << shift, out & AUX);
        result = r << shift >> shift;
        return r;
    }

    final long dec(long a, int shift) {
        long r = a - 1;
        long out = (~a & r) | (~a & 1);
        keepCarry(out << shift, out & AUX);
        result = r << shift >> shift;
        return r;
    }

    private void keepCarry(long top, long aux) {
        carries = (carries & CARRY) | ((top ^ top << 1 ^ carries) >>> 1 & PARTIAL) | aux;
    }

    /** Product that fits ({@code lost} false) or does not. */
    final void multiplied(long low, boolean lost, int shift) {
        result = low << shift >> shift;
        carries = lost ? CARRY : 0;
    }

    /** Result of a shift and the last bit that went out. */
    final void shifted(long r, boolean out, boolean over, int shift) {
        result = r << shift >> shift;
        carries = (out ? CARRY : 0) | (out != over ? PARTIAL : 0);
    }
}
