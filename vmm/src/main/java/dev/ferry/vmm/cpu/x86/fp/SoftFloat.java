package dev.ferry.vmm.cpu.x86.fp;

/**
 * The arithmetic: operands in {@link #a} and {@link #b}, the result in {@link #r}, rounded to what
 * is asked for, exceptions in {@link #flags}, numbered as in the x87 status word and in MXCSR.
 *
 * <p>Results are those of masked exceptions. Tininess is detected after rounding, as the processors
 * do it. Nothing is allocated. One thread at a time.
 */
public final class SoftFloat {

    public static final int INVALID = 1;
    public static final int DENORMAL = 2;
    public static final int ZERO_DIVIDE = 4;
    public static final int OVERFLOW = 8;
    public static final int UNDERFLOW = 16;
    public static final int INEXACT = 32;

    /** Rounding modes, as in both control registers. */
    public static final int NEAREST = 0;

    public static final int DOWN = 1;
    public static final int UP = 2;
    public static final int TRUNCATE = 3;

    public final Num a = new Num();
    public final Num b = new Num();
    public final Num r = new Num();

    /** Exceptions since somebody last cleared them. */
    public int flags;

    public int rounding;

    /** Tiny results become zero. */
    public boolean flushToZero;

    /** Whether even an exact tiny result is an underflow. */
    public boolean underflowUnmasked;

    /** Of two NaNs, the one with the greater mantissa wins (x87), not the first (SSE). */
    public boolean greaterNaN;

    /** Whether the last rounding was away from zero. */
    public boolean roundedUp;

    private final Root root = new Root();

    /** What is below the mantissa that {@link #finish} is given. */
    private long low;

    // ---- rounding -------------------------------------------------------------------------

    /** Rounds {@link #a}, which may be a NaN, into {@link #r}. */
    public void convert(Precision p) {
        if (a.isNaN()) {
            oneNaN();
            return;
        }
        if (a.denormal) {
            flags |= DENORMAL;
        }
        roundA(p);
    }

    /** As {@link #convert}, of what is known to be a number, without a denormal exception. */
    public void roundA(Precision p) {
        if (a.kind == Num.FINITE) {
            low = 0;
            finish(a.sign, a.exponent, a.mantissa, p);
        } else {
            r.set(a);
            roundedUp = false;
        }
    }

    /**
     * Normalises and rounds {@code (high:low) / 2^127 * 2^exponent}, where a one anywhere below the
     * upper bits of {@link #low} stands for all that is smaller.
     */
    private void finish(int sign, int exponent, long high, Precision p) {
        long hi = high;
        long lo = low;
        int e = exponent;
        roundedUp = false;
        if (hi == 0) {
            if (lo == 0) {
                r.set(Num.ZERO, sign, 0, 0);
                return;
            }
            hi = lo;
            lo = 0;
            e -= 64;
        }
        int shift = Long.numberOfLeadingZeros(hi);
        if (shift > 0) {
            hi = hi << shift | lo >>> (64 - shift);
            lo <<= shift;
            e -= shift;
        }
        int drop = 64 - p.bits;
        boolean tiny = e < p.least;
        if (tiny) {
            tiny = !(e == p.least - 1 && carries(sign, hi, lo, drop));
            int distance = p.least - e;
            if (distance < 64) {
                lo = hi << (64 - distance) | lo >>> distance | (lo << (64 - distance) != 0 ? 1 : 0);
                hi >>>= distance;
            } else {
                lo = distance == 64 ? hi | (lo != 0 ? 1 : 0) : 1;
                hi = 0;
            }
            e = p.least;
            if (tiny && flushToZero) {
                flags |= UNDERFLOW | INEXACT;
                r.set(Num.ZERO, sign, 0, 0);
                return;
            }
        }
        boolean inexact = (drop == 0 ? 0 : hi << (64 - drop)) != 0 || lo != 0;
        boolean up = up(sign, hi, lo, drop);
        hi = drop == 0 ? hi : hi >>> drop << drop;
        if (up) {
            hi += 1L << drop;
            if (hi == 0) {
                hi = Num.TOP;
                e++;
            }
        }
        if (tiny && (inexact || underflowUnmasked)) {
            flags |= UNDERFLOW;
        }
        if (inexact) {
            flags |= INEXACT;
            roundedUp = up;
        }
        if (e > p.greatest) {
            overflow(sign, p, drop);
        } else if (hi == 0) {
            r.set(Num.ZERO, sign, 0, 0);
        } else {
            r.set(Num.FINITE, sign, e, hi);
        }
    }

    private void overflow(int sign, Precision p, int drop) {
        flags |= OVERFLOW | INEXACT;
        boolean infinite = rounding == NEAREST || rounding == (sign == 0 ? UP : DOWN);
        roundedUp = infinite;
        if (infinite) {
            r.set(Num.INFINITE, sign, 0, Num.TOP);
        } else {
            r.set(Num.FINITE, sign, p.greatest, -1L << drop);
        }
    }

    /** Whether the magnitude is rounded up when that many bits are dropped from the upper half. */
    private boolean up(int sign, long hi, long lo, int drop) {
        long rest = drop == 0 ? lo : hi << (64 - drop) | (lo != 0 ? 1 : 0);
        if (rest == 0) {
            return false;
        }
        return switch (rounding) {
            case NEAREST -> rest < 0 && (rest << 1 != 0 || (hi & 1L << drop) != 0);
            case DOWN -> sign != 0;
            case UP -> sign == 0;
            default -> false;
        };
    }

    private boolean carries(int sign, long hi, long lo, int drop) {
        return up(sign, hi, lo, drop) && ((hi >>> drop) + 1) << drop == 0;
    }

    // ---- NaNs -----------------------------------------------------------------------------

    /** The result is that of the NaN in {@link #a}. */
    void oneNaN() {
        if (a.signals()) {
            flags |= INVALID;
        }
        quiet(a);
    }

    private void quiet(Num n) {
        if (n.kind == Num.INVALID) {
            r.defaultNaN();
        } else {
            r.set(Num.QUIET, n.sign, 0, n.mantissa | Num.QUIET_BIT);
        }
        roundedUp = false;
    }

    /** Whether one is a NaN; then the result is set. */
    private boolean nans() {
        if (a.kind < Num.QUIET && b.kind < Num.QUIET) {
            return false;
        }
        if (a.signals() || b.signals()) {
            flags |= INVALID;
        }
        if (a.kind == Num.INVALID || b.kind == Num.INVALID) {
            r.defaultNaN();
        } else if (!b.isNaN()) {
            quiet(a);
        } else if (!a.isNaN()) {
            quiet(b);
        } else {
            quiet(greaterNaN ? greater() : a);
        }
        roundedUp = false;
        return true;
    }

    private Num greater() {
        if (a.kind != b.kind) {
            return a.kind == Num.QUIET ? a : b;
        }
        int order = Long.compareUnsigned(a.mantissa, b.mantissa);
        if (order != 0) {
            return order > 0 ? a : b;
        }
        return a.sign == 0 ? a : b;
    }

    /** Sets the invalid flag, and the default NaN as the result. */
    public void invalid() {
        flags |= INVALID;
        roundedUp = false;
        r.defaultNaN();
    }

    private void noteDenormals() {
        if (a.denormal || b.denormal) {
            flags |= DENORMAL;
        }
    }

    private void infinity(int sign) {
        roundedUp = false;
        r.set(Num.INFINITE, sign, 0, Num.TOP);
    }

    private void zero(int sign) {
        roundedUp = false;
        r.set(Num.ZERO, sign, 0, 0);
    }

    private final Num spare = new Num();

    /** Exchanges a and b. */
    public void swap() {
        spare.set(a);
        a.set(b);
        b.set(spare);
    }

    // ---- arithmetic -----------------------------------------------------------------------

    /** r = a - b. */
    public void subtract(Precision p) {
        if (!b.isNaN()) {
            b.negate();
        }
        add(p);
    }

    /** r = a + b. */
    public void add(Precision p) {
        if (nans()) {
            return;
        }
        boolean differ = a.sign != b.sign;
        if (a.kind == Num.INFINITE || b.kind == Num.INFINITE) {
            if (a.kind == b.kind && differ) {
                invalid();
                return;
            }
            noteDenormals();
            infinity(a.kind == Num.INFINITE ? a.sign : b.sign);
            return;
        }
        noteDenormals();
        if (a.kind == Num.ZERO && b.kind == Num.ZERO) {
            zero(differ ? rounding == DOWN ? 1 : 0 : a.sign);
            return;
        }
        low = 0;
        if (a.kind == Num.ZERO || b.kind == Num.ZERO) {
            Num n = a.kind == Num.ZERO ? b : a;
            finish(n.sign, n.exponent, n.mantissa, p);
            return;
        }
        Num big = a;
        Num small = b;
        if (a.exponent < b.exponent
                || (a.exponent == b.exponent && Long.compareUnsigned(a.mantissa, b.mantissa) < 0)) {
            big = b;
            small = a;
        }
        int distance = big.exponent - small.exponent;
        long hi = small.mantissa;
        long lo = 0;
        if (distance >= 128) {
            hi = 0;
            lo = 1;
        } else if (distance > 64) {
            lo = hi >>> (distance - 64) | (hi << (128 - distance) != 0 ? 1 : 0);
            hi = 0;
        } else if (distance == 64) {
            lo = hi;
            hi = 0;
        } else if (distance > 0) {
            lo = hi << (64 - distance);
            hi >>>= distance;
        }
        if (differ) {
            long high = big.mantissa - hi - (lo != 0 ? 1 : 0);
            low = -lo;
            if (high == 0 && low == 0) {
                zero(rounding == DOWN ? 1 : 0);
            } else {
                finish(big.sign, big.exponent, high, p);
            }
            return;
        }
        long high = big.mantissa + hi;
        int e = big.exponent;
        if (Long.compareUnsigned(high, hi) < 0) {
            lo = high << 63 | lo >>> 1 | (lo & 1);
            high = high >>> 1 | Num.TOP;
            e++;
        }
        low = lo;
        finish(big.sign, e, high, p);
    }

    /** r = a * b. */
    public void multiply(Precision p) {
        if (nans()) {
            return;
        }
        int sign = a.sign ^ b.sign;
        if (a.kind == Num.INFINITE || b.kind == Num.INFINITE) {
            if (a.kind == Num.ZERO || b.kind == Num.ZERO) {
                invalid();
                return;
            }
            noteDenormals();
            infinity(sign);
            return;
        }
        noteDenormals();
        if (a.kind == Num.ZERO || b.kind == Num.ZERO) {
            zero(sign);
            return;
        }
        low = a.mantissa * b.mantissa;
        long high = Math.unsignedMultiplyHigh(a.mantissa, b.mantissa);
        finish(sign, a.exponent + b.exponent + 1, high, p);
    }

    /** r = a / b. */
    public void divide(Precision p) {
        if (nans()) {
            return;
        }
        int sign = a.sign ^ b.sign;
        if (a.kind == Num.INFINITE) {
            if (b.kind == Num.INFINITE) {
                invalid();
            } else {
                noteDenormals();
                infinity(sign);
            }
            return;
        }
        if (b.kind == Num.ZERO) {
            if (a.kind == Num.ZERO) {
                invalid();
            } else {
                flags |= ZERO_DIVIDE;
                infinity(sign);
            }
            return;
        }
        noteDenormals();
        if (a.kind == Num.ZERO || b.kind == Num.INFINITE) {
            zero(sign);
            return;
        }
        long d = b.mantissa;
        int e = a.exponent - b.exponent;
        long hi = a.mantissa;
        long lo = 0;
        if (Long.compareUnsigned(hi, d) >= 0) {
            lo = hi << 63;
            hi >>>= 1;
        } else {
            e--;
        }
        long quotient = Wide.divide(hi, lo, d);
        long rest = lo - quotient * d;
        low = half(rest, d);
        finish(sign, e, quotient, p);
    }

    /** The bits that follow a result: how a remainder below {@code d} compares with its half. */
    private static long half(long rest, long d) {
        if (rest == 0) {
            return 0;
        }
        long missing = d - rest;
        int order = Long.compareUnsigned(rest, missing);
        return order < 0 ? 1 : order == 0 ? Num.TOP : Num.TOP | 1;
    }

    /** r = square root of a. */
    public void squareRoot(Precision p) {
        if (a.isNaN()) {
            oneNaN();
            return;
        }
        if (a.kind == Num.ZERO) {
            zero(a.sign);
            return;
        }
        if (a.sign != 0) {
            invalid();
            return;
        }
        if (a.kind == Num.INFINITE) {
            infinity(0);
            return;
        }
        if (a.denormal) {
            flags |= DENORMAL;
        }
        // mantissa * 2^63 or * 2^64, so that the exponent is even and the root has 64 bits.
        boolean odd = (a.exponent & 1) != 0;
        long hi = odd ? a.mantissa : a.mantissa >>> 1;
        long lo = odd ? 0 : a.mantissa << 63;
        root.of(hi, lo);
        low = root.rest;
        finish(0, a.exponent >> 1, root.value, p);
    }

    // ---- comparison -----------------------------------------------------------------------

    public static final int LESS = -1;
    public static final int EQUAL = 0;
    public static final int GREATER = 1;
    public static final int UNORDERED = 2;

    /**
     * Compares a with b.
     *
     * @param quiet whether only signaling NaNs are invalid
     */
    public int compare(boolean quiet) {
        if (a.isNaN() || b.isNaN()) {
            if (!quiet || a.signals() || b.signals()) {
                flags |= INVALID;
            }
            return UNORDERED;
        }
        noteDenormals();
        if (a.kind == Num.ZERO && b.kind == Num.ZERO) {
            return EQUAL;
        }
        int signA = a.kind == Num.ZERO ? 0 : a.sign != 0 ? -1 : 1;
        int signB = b.kind == Num.ZERO ? 0 : b.sign != 0 ? -1 : 1;
        if (signA != signB) {
            return signA < signB ? LESS : GREATER;
        }
        int order;
        if (a.kind == Num.INFINITE || b.kind == Num.INFINITE) {
            order = a.kind - b.kind;
        } else if (a.exponent != b.exponent) {
            order = a.exponent - b.exponent;
        } else {
            order = Long.compareUnsigned(a.mantissa, b.mantissa);
        }
        return Integer.signum(order) * signA;
    }

    // ---- integers -------------------------------------------------------------------------

    /** r = value, rounded. */
    public void fromLong(long value, Precision p) {
        if (value == 0) {
            zero(0);
            return;
        }
        low = 0;
        finish(value < 0 ? 1 : 0, 63, Math.abs(value), p);
    }

    /**
     * a as a signed integer of that many bits; out of range is invalid and gives the least one.
     *
     * @param mode a rounding mode
     */
    public long toLong(int bits, int mode) {
        long indefinite = bits == 64 ? Long.MIN_VALUE : -1L << (bits - 1);
        roundedUp = false;
        if (a.kind == Num.ZERO) {
            return 0;
        }
        if (a.kind != Num.FINITE || a.exponent > 63) {
            flags |= INVALID;
            return indefinite;
        }
        long magnitude = integer(mode);
        long limit = 1L << (bits - 1);
        int order = Long.compareUnsigned(magnitude, limit);
        if (order > 0 || (order == 0 && a.sign == 0)) {
            flags |= INVALID;
            roundedUp = false;
            return indefinite;
        }
        if (inexactInteger) {
            flags |= INEXACT;
        }
        return a.sign != 0 ? -magnitude : magnitude;
    }

    private boolean inexactInteger;

    /** The magnitude of a, rounded to an integer; the exponent is 63 at most. */
    private long integer(int mode) {
        int e = a.exponent;
        long hi;
        long rest;
        if (e < -1) {
            hi = 0;
            rest = 1;
        } else if (e == -1) {
            hi = 0;
            rest = a.mantissa;
        } else {
            hi = a.mantissa >>> (63 - e);
            rest = e == 63 ? 0 : a.mantissa << (e + 1);
        }
        int saved = rounding;
        rounding = mode;
        boolean up = up(a.sign, hi, rest, 0);
        rounding = saved;
        inexactInteger = rest != 0;
        roundedUp = up;
        // From the greatest 64-bit integer on nothing is left to be rounded.
        return up ? hi + 1 : hi;
    }

    /** r = a, rounded to an integer in the present mode. */
    public void roundToInteger() {
        if (a.isNaN()) {
            oneNaN();
            return;
        }
        roundedUp = false;
        if (a.denormal) {
            flags |= DENORMAL;
        }
        if (a.kind != Num.FINITE || a.exponent >= 63) {
            r.set(a);
            return;
        }
        long magnitude = integer(rounding);
        if (inexactInteger) {
            flags |= INEXACT;
        }
        if (magnitude == 0) {
            r.set(Num.ZERO, a.sign, 0, 0);
        } else {
            int shift = Long.numberOfLeadingZeros(magnitude);
            r.set(Num.FINITE, a.sign, 63 - shift, magnitude << shift);
        }
    }

    // ---- scaling and remainders -----------------------------------------------------------

    /** r = a * 2^b, with b cut to an integer. */
    public void scale(Precision p) {
        if (nans()) {
            return;
        }
        if (b.kind == Num.INFINITE) {
            if (b.sign == 0 ? a.kind == Num.ZERO : a.kind == Num.INFINITE) {
                invalid();
            } else if (b.sign == 0) {
                noteDenormals();
                infinity(a.sign);
            } else {
                noteDenormals();
                zero(a.sign);
            }
            return;
        }
        noteDenormals();
        if (a.kind != Num.FINITE) {
            roundedUp = false;
            r.set(a);
            return;
        }
        int by = 0;
        if (b.kind == Num.FINITE && b.exponent >= 0) {
            by = b.exponent > 16 ? 1 << 17 : (int) (b.mantissa >>> (63 - b.exponent));
            by = b.sign != 0 ? -by : by;
        }
        low = 0;
        finish(a.sign, a.exponent + by, a.mantissa, p);
    }

    /** Of the last {@link #remainder}: the quotient's low bits. */
    public long quotient;

    /** Of the last {@link #remainder}: whether it has to be repeated. */
    public boolean partial;

    /**
     * r = a - b * quotient, exactly. If the exponents differ by 64 or more only some of it is done,
     * as the 80387 and its successors do.
     *
     * @param nearest whether the quotient is rounded to the nearest, not cut
     */
    public void remainder(boolean nearest) {
        quotient = 0;
        partial = false;
        if (nans()) {
            return;
        }
        if (a.kind == Num.INFINITE || b.kind == Num.ZERO) {
            invalid();
            return;
        }
        noteDenormals();
        roundedUp = false;
        if (a.kind == Num.ZERO || b.kind == Num.INFINITE) {
            roundA(Precision.EXTENDED);
            return;
        }
        int distance = a.exponent - b.exponent;
        int divisorExponent = b.exponent;
        if (distance >= 64) {
            partial = true;
            int step = (distance & 31) | 32;
            divisorExponent += distance - step;
            distance = step;
        }
        if (distance < -1 || (distance == -1 && !nearest)) {
            roundA(Precision.EXTENDED);
            return;
        }
        reduce(distance, divisorExponent, nearest && !partial);
        if (partial) {
            quotient = 0;
        }
    }

    private void reduce(int distance, int divisorExponent, boolean nearest) {
        long d = b.mantissa;
        long rest = a.mantissa;
        long q = 0;
        int e = divisorExponent;
        boolean carry = false;
        if (distance >= 0) {
            for (int i = distance; i >= 0; i--) {
                boolean fits = carry || Long.compareUnsigned(rest, d) >= 0;
                if (fits) {
                    rest -= d;
                }
                q = q << 1 | (fits ? 1 : 0);
                if (i > 0) {
                    carry = rest < 0;
                    rest <<= 1;
                }
            }
        } else {
            // One bit smaller than the divisor: more than half of it, or half, if not below it.
            e--;
        }
        int sign = a.sign;
        if (nearest) {
            // Twice the remainder against the divisor, at the divisor's exponent.
            boolean above;
            boolean tie;
            if (distance < 0) {
                int order = Long.compareUnsigned(rest, d);
                above = order > 0;
                tie = order == 0;
            } else {
                int order = Long.compareUnsigned(rest, d - rest);
                above = order > 0;
                tie = order == 0;
            }
            if (above || (tie && (q & 1) != 0)) {
                q++;
                sign ^= 1;
                // d - rest, at the exponent of rest: there d is twice as much.
                rest = distance < 0 ? d + (d - rest) : d - rest;
            }
        }
        quotient = q;
        low = 0;
        if (rest == 0) {
            r.set(Num.ZERO, a.sign, 0, 0);
        } else {
            finish(sign, e, rest, Precision.EXTENDED);
        }
    }
}
