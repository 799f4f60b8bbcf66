package dev.ferry.vmm.cpu.x86.fp;

/**
 * Arithmetic of SSE and SSE2 on bit patterns, with MXCSR's rounding and exceptions.
 *
 * <p>Where the mode is round-to-nearest and no operand or result is special, the machine's own
 * arithmetic does it and only inexactness is to be found out; the rest goes through {@link
 * SoftFloat}.
 */
public final class SseMath {

    private static final int ROUNDING = 13;
    private static final int DENORMALS_ARE_ZERO = 1 << 6;
    private static final int UNDERFLOW_MASK = 1 << 11;
    private static final int FLUSH_TO_ZERO = 1 << 15;

    private final SoftFloat soft = new SoftFloat();
    private boolean nearest = true;
    private boolean daz;

    /** Exceptions since {@link #begin}, and those that MXCSR had and masks. */
    public int flags;

    /** MXCSR at power-on. */
    public SseMath() {
        begin(0x1f80);
    }

    /** Takes MXCSR over, before an instruction's operations. */
    public void begin(int mxcsr) {
        flags = mxcsr & mxcsr >> 7 & 0x3f;
        soft.flags = 0;
        soft.rounding = mxcsr >> ROUNDING & 3;
        nearest = soft.rounding == SoftFloat.NEAREST;
        daz = (mxcsr & DENORMALS_ARE_ZERO) != 0;
        soft.underflowUnmasked = (mxcsr & UNDERFLOW_MASK) == 0;
        soft.flushToZero = (mxcsr & FLUSH_TO_ZERO) != 0 && !soft.underflowUnmasked;
    }

    private void collect() {
        flags |= soft.flags;
        soft.flags = 0;
    }

    private void inexactUnless(boolean exact) {
        if (!exact) {
            flags |= SoftFloat.INEXACT;
        }
    }

    private boolean inexactAlready() {
        return (flags & SoftFloat.INEXACT) != 0;
    }

    // ---- double precision -----------------------------------------------------------------

    /** Whether an operand raises nothing by itself: zero or normal. */
    private static boolean plain(long bits) {
        int e = (int) (bits >>> 52) & 0x7ff;
        return (e != 0 && e != 0x7ff) || bits << 1 == 0;
    }

    /** Whether a rounded result is neither special nor near to where numbers become tiny. */
    private static boolean ordinary(long bits) {
        int e = (int) (bits >>> 52) & 0x7ff;
        return e >= 128 && e < 0x7ff;
    }

    private void operands(long x, long y) {
        Formats.from64(soft.a, x, daz);
        Formats.from64(soft.b, y, daz);
    }

    private long result64() {
        collect();
        return Formats.to64(soft.r);
    }

    public long add64(long x, long y) {
        if (nearest && plain(x) && plain(y)) {
            double p = Double.longBitsToDouble(x);
            double q = Double.longBitsToDouble(y);
            double s = p + q;
            long bits = Double.doubleToRawLongBits(s);
            if (ordinary(bits)) {
                if (!inexactAlready()) {
                    double back = s - p;
                    inexactUnless(p - (s - back) + (q - back) == 0);
                }
                return bits;
            }
        }
        operands(x, y);
        soft.add(Precision.DOUBLE);
        return result64();
    }

    public long subtract64(long x, long y) {
        if (plain(x) && plain(y)) {
            return add64(x, y ^ Long.MIN_VALUE);
        }
        operands(x, y);
        soft.subtract(Precision.DOUBLE);
        return result64();
    }

    public long multiply64(long x, long y) {
        if (nearest && plain(x) && plain(y)) {
            double p = Double.longBitsToDouble(x);
            double q = Double.longBitsToDouble(y);
            double s = p * q;
            long bits = Double.doubleToRawLongBits(s);
            if (ordinary(bits)) {
                if (!inexactAlready()) {
                    inexactUnless(Math.fma(p, q, -s) == 0);
                }
                return bits;
            }
        }
        operands(x, y);
        soft.multiply(Precision.DOUBLE);
        return result64();
    }

    public long divide64(long x, long y) {
        if (nearest && plain(x) && plain(y) && ordinary(x)) {
            double p = Double.longBitsToDouble(x);
            double q = Double.longBitsToDouble(y);
            double s = p / q;
            long bits = Double.doubleToRawLongBits(s);
            if (ordinary(bits)) {
                if (!inexactAlready()) {
                    inexactUnless(Math.fma(s, q, -p) == 0);
                }
                return bits;
            }
        }
        operands(x, y);
        soft.divide(Precision.DOUBLE);
        return result64();
    }

    public long squareRoot64(long x) {
        if (nearest && x >= 0 && ordinary(x)) {
            double p = Double.longBitsToDouble(x);
            double s = Math.sqrt(p);
            if (!inexactAlready()) {
                inexactUnless(Math.fma(s, s, -p) == 0);
            }
            return Double.doubleToRawLongBits(s);
        }
        Formats.from64(soft.a, x, daz);
        soft.squareRoot(Precision.DOUBLE);
        return result64();
    }

    /** MIN: the second operand if either is a NaN or both are zeros. */
    public long min64(long x, long y) {
        return compare64(x, y, false) == SoftFloat.LESS ? asZero64(x) : asZero64(y);
    }

    /** MAX: likewise. */
    public long max64(long x, long y) {
        return compare64(x, y, false) == SoftFloat.GREATER ? asZero64(x) : asZero64(y);
    }

    private long asZero64(long bits) {
        return daz && (bits & 0x7ff0_0000_0000_0000L) == 0 ? bits & Long.MIN_VALUE : bits;
    }

    /**
     * Compares.
     *
     * @param quiet whether quiet NaNs are no invalid operands
     * @return one of {@link SoftFloat#LESS} and its siblings
     */
    public int compare64(long x, long y, boolean quiet) {
        if (plain(x) && plain(y)) {
            double p = Double.longBitsToDouble(x);
            double q = Double.longBitsToDouble(y);
            return p < q ? SoftFloat.LESS : p > q ? SoftFloat.GREATER : SoftFloat.EQUAL;
        }
        operands(x, y);
        int order = soft.compare(quiet);
        collect();
        return order;
    }

    /** CMPPD and CMPSD's condition 0 to 7. */
    public boolean holds64(long x, long y, int condition) {
        boolean quiet = (condition & 3) == 0 || (condition & 3) == 3;
        return holds(compare64(x, y, quiet), condition);
    }

    private static boolean holds(int order, int condition) {
        boolean plain =
                switch (condition & 3) {
                    case 0 -> order == SoftFloat.EQUAL;
                    case 1 -> order == SoftFloat.LESS;
                    case 2 -> order == SoftFloat.LESS || order == SoftFloat.EQUAL;
                    default -> order == SoftFloat.UNORDERED;
                };
        return plain == ((condition & 4) == 0);
    }

    // ---- single precision -----------------------------------------------------------------

    private static boolean plain(int bits) {
        int e = bits >>> 23 & 0xff;
        return (e != 0 && e != 0xff) || bits << 1 == 0;
    }

    private static boolean ordinary(int bits) {
        int e = bits >>> 23 & 0xff;
        return e >= 32 && e < 0xff;
    }

    private void operands(int x, int y) {
        Formats.from32(soft.a, x, daz);
        Formats.from32(soft.b, y, daz);
    }

    private int result32() {
        collect();
        return Formats.to32(soft.r);
    }

    public int add32(int x, int y) {
        if (nearest && plain(x) && plain(y)) {
            float p = Float.intBitsToFloat(x);
            float q = Float.intBitsToFloat(y);
            float s = p + q;
            int bits = Float.floatToRawIntBits(s);
            if (ordinary(bits)) {
                if (!inexactAlready()) {
                    float back = s - p;
                    inexactUnless(p - (s - back) + (q - back) == 0);
                }
                return bits;
            }
        }
        operands(x, y);
        soft.add(Precision.SINGLE);
        return result32();
    }

    public int subtract32(int x, int y) {
        if (plain(x) && plain(y)) {
            return add32(x, y ^ Integer.MIN_VALUE);
        }
        operands(x, y);
        soft.subtract(Precision.SINGLE);
        return result32();
    }

    public int multiply32(int x, int y) {
        if (nearest && plain(x) && plain(y)) {
            double exact = (double) Float.intBitsToFloat(x) * Float.intBitsToFloat(y);
            float s = (float) exact;
            int bits = Float.floatToRawIntBits(s);
            if (ordinary(bits)) {
                inexactUnless(s == exact);
                return bits;
            }
        }
        operands(x, y);
        soft.multiply(Precision.SINGLE);
        return result32();
    }

    public int divide32(int x, int y) {
        if (nearest && plain(x) && plain(y)) {
            float p = Float.intBitsToFloat(x);
            float q = Float.intBitsToFloat(y);
            float s = p / q;
            int bits = Float.floatToRawIntBits(s);
            if (ordinary(bits)) {
                inexactUnless((double) s * q == p);
                return bits;
            }
        }
        operands(x, y);
        soft.divide(Precision.SINGLE);
        return result32();
    }

    public int squareRoot32(int x) {
        if (nearest && x >= 0 && ordinary(x)) {
            float p = Float.intBitsToFloat(x);
            float s = (float) Math.sqrt(p);
            inexactUnless((double) s * s == p);
            return Float.floatToRawIntBits(s);
        }
        Formats.from32(soft.a, x, daz);
        soft.squareRoot(Precision.SINGLE);
        return result32();
    }

    public int min32(int x, int y) {
        return compare32(x, y, false) == SoftFloat.LESS ? asZero32(x) : asZero32(y);
    }

    public int max32(int x, int y) {
        return compare32(x, y, false) == SoftFloat.GREATER ? asZero32(x) : asZero32(y);
    }

    private int asZero32(int bits) {
        return daz && (bits & 0x7f80_0000) == 0 ? bits & Integer.MIN_VALUE : bits;
    }

    public int compare32(int x, int y, boolean quiet) {
        if (plain(x) && plain(y)) {
            float p = Float.intBitsToFloat(x);
            float q = Float.intBitsToFloat(y);
            return p < q ? SoftFloat.LESS : p > q ? SoftFloat.GREATER : SoftFloat.EQUAL;
        }
        operands(x, y);
        int order = soft.compare(quiet);
        collect();
        return order;
    }

    public boolean holds32(int x, int y, int condition) {
        boolean quiet = (condition & 3) == 0 || (condition & 3) == 3;
        return holds(compare32(x, y, quiet), condition);
    }

    /** RCPPS and RSQRTPS: no exceptions, denormals are zeros; better than the 12 bits promised. */
    public int reciprocal32(int x) {
        if ((x & 0x7f80_0000) == 0) {
            return (x & Integer.MIN_VALUE) | 0x7f80_0000;
        }
        float p = Float.intBitsToFloat(x);
        return Float.isNaN(p) ? x | 0x40_0000 : flushed(Float.floatToRawIntBits(1 / p));
    }

    /** See {@link #reciprocal32}. */
    public int reciprocalRoot32(int x) {
        if ((x & 0x7f80_0000) == 0) {
            return (x & Integer.MIN_VALUE) | 0x7f80_0000;
        }
        float p = Float.intBitsToFloat(x);
        if (Float.isNaN(p)) {
            return x | 0x40_0000;
        }
        return p < 0 ? 0xffc0_0000 : Float.floatToRawIntBits((float) (1 / Math.sqrt(p)));
    }

    private static int flushed(int bits) {
        return (bits & 0x7f80_0000) == 0 ? bits & Integer.MIN_VALUE : bits;
    }

    // ---- conversions ----------------------------------------------------------------------

    public long from32To64(int x) {
        Formats.from32(soft.a, x, daz);
        soft.convert(Precision.DOUBLE);
        return result64();
    }

    public int from64To32(long x) {
        if (nearest && plain(x)) {
            double p = Double.longBitsToDouble(x);
            float s = (float) p;
            int bits = Float.floatToRawIntBits(s);
            if (ordinary(bits)) {
                inexactUnless(s == p);
                return bits;
            }
        }
        Formats.from64(soft.a, x, daz);
        soft.convert(Precision.SINGLE);
        return result32();
    }

    public long fromLongTo64(long x) {
        if (x == (int) x) {
            return Double.doubleToRawLongBits((double) x);
        }
        soft.fromLong(x, Precision.DOUBLE);
        return result64();
    }

    public int fromLongTo32(long x) {
        if (x << 40 >> 40 == x) {
            return Float.floatToRawIntBits((float) x);
        }
        soft.fromLong(x, Precision.SINGLE);
        return result32();
    }

    /**
     * To an integer of 32 or 64 bits, sign-extended.
     *
     * @param truncate whatever the rounding mode
     */
    public long toLong64(long x, int bits, boolean truncate) {
        Formats.from64(soft.a, x, daz);
        return integer(bits, truncate);
    }

    /** See {@link #toLong64}. */
    public long toLong32(int x, int bits, boolean truncate) {
        Formats.from32(soft.a, x, daz);
        return integer(bits, truncate);
    }

    private long integer(int bits, boolean truncate) {
        long value = soft.toLong(bits, truncate ? SoftFloat.TRUNCATE : soft.rounding);
        collect();
        return value;
    }
}
