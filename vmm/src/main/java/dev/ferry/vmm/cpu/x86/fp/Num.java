package dev.ferry.vmm.cpu.x86.fp;

/**
 * A number taken apart, whatever format it came from. A finite one is {@code mantissa / 2^63 *
 * 2^exponent}; its mantissa has the top bit set, unless it was rounded to a denormal, which then
 * has the least exponent of its format.
 */
public final class Num {

    static final int ZERO = 0;
    static final int FINITE = 1;
    static final int INFINITE = 2;
    static final int QUIET = 3;
    static final int SIGNALING = 4;

    /** An 80-bit pattern that has been no number since the 80387. */
    static final int INVALID = 5;

    static final long TOP = 1L << 63;

    /** The bit that makes a NaN a quiet one. */
    static final long QUIET_BIT = 1L << 62;

    int kind;

    /** 0 or 1. */
    int sign;

    int exponent;

    /** Of a NaN: the payload, left-aligned below the top bit, which is set. */
    long mantissa;

    /** Whether the format it came from had it as a denormal. */
    boolean denormal;

    /** Zero. */
    public Num() {}

    /** Copies another. */
    public void set(Num other) {
        kind = other.kind;
        sign = other.sign;
        exponent = other.exponent;
        mantissa = other.mantissa;
        denormal = other.denormal;
    }

    void set(int newKind, int newSign, int newExponent, long newMantissa) {
        kind = newKind;
        sign = newSign;
        exponent = newExponent;
        mantissa = newMantissa;
        denormal = false;
    }

    /** The NaN that stands for an invalid operation. */
    void defaultNaN() {
        set(QUIET, 1, 0, TOP | QUIET_BIT);
    }

    /** Any of the three sorts. */
    public boolean isNaN() {
        return kind >= QUIET;
    }

    /** A NaN of the sort that signals, or no number at all. */
    public boolean signals() {
        return kind >= SIGNALING;
    }

    public boolean isZero() {
        return kind == ZERO;
    }

    public boolean isInfinite() {
        return kind == INFINITE;
    }

    public boolean isFinite() {
        return kind <= FINITE;
    }

    /** Whether it is a denormal in the format it was read from. */
    public boolean isDenormal() {
        return denormal;
    }

    public int sign() {
        return sign;
    }

    public int exponent() {
        return exponent;
    }

    public long mantissa() {
        return mantissa;
    }

    /** Makes it 1 or more and less than 2. */
    public void unscale() {
        exponent = 0;
    }

    public void negate() {
        sign ^= 1;
    }

    public void sign(int newSign) {
        sign = newSign;
    }
}
