package dev.ferry.vmm.cpu.x86.fp;

/** From and to the three formats, exactly; numbers are rounded to the format before. */
public final class Formats {

    private Formats() {}

    /**
     * Single precision.
     *
     * @param asZero whether denormals count as zero
     */
    public static void from32(Num n, int bits, boolean asZero) {
        from(n, bits & 0xffffffffL, 8, 23, asZero);
    }

    /** Double precision. */
    public static void from64(Num n, long bits, boolean asZero) {
        from(n, bits, 11, 52, asZero);
    }

    private static void from(Num n, long bits, int exponentBits, int fractionBits, boolean asZero) {
        int max = (1 << exponentBits) - 1;
        int bias = max >> 1;
        int sign = (int) (bits >>> (exponentBits + fractionBits)) & 1;
        int e = (int) (bits >>> fractionBits) & max;
        long mantissa = (bits & (1L << fractionBits) - 1) << (63 - fractionBits);
        if (e == 0) {
            if (mantissa == 0 || asZero) {
                n.set(Num.ZERO, sign, 0, 0);
            } else {
                int shift = Long.numberOfLeadingZeros(mantissa);
                n.set(Num.FINITE, sign, 1 - bias - shift, mantissa << shift);
                n.denormal = true;
            }
        } else if (e == max) {
            int kind =
                    mantissa == 0
                            ? Num.INFINITE
                            : (mantissa & Num.QUIET_BIT) != 0 ? Num.QUIET : Num.SIGNALING;
            n.set(kind, sign, 0, mantissa | Num.TOP);
        } else {
            n.set(Num.FINITE, sign, e - bias, mantissa | Num.TOP);
        }
    }

    /** Double extended precision: sign and exponent in the low 16 bits of {@code se}. */
    public static void from80(Num n, int se, long mantissa) {
        int sign = se >> 15 & 1;
        int e = se & 0x7fff;
        if (e == 0x7fff) {
            if (mantissa >= 0) {
                n.set(Num.INVALID, sign, 0, mantissa);
            } else if (mantissa == Num.TOP) {
                n.set(Num.INFINITE, sign, 0, mantissa);
            } else {
                n.set(
                        (mantissa & Num.QUIET_BIT) != 0 ? Num.QUIET : Num.SIGNALING,
                        sign,
                        0,
                        mantissa);
            }
        } else if (e == 0) {
            if (mantissa == 0) {
                n.set(Num.ZERO, sign, 0, 0);
            } else {
                int shift = Long.numberOfLeadingZeros(mantissa);
                n.set(Num.FINITE, sign, -16382 - shift, mantissa << shift);
                n.denormal = true;
            }
        } else if (mantissa >= 0) {
            n.set(Num.INVALID, sign, 0, mantissa);
        } else {
            n.set(Num.FINITE, sign, e - 16383, mantissa);
        }
    }

    /** Single precision. */
    public static int to32(Num n) {
        return (int) to(n, 8, 23);
    }

    /** Double precision. */
    public static long to64(Num n) {
        return to(n, 11, 52);
    }

    private static long to(Num n, int exponentBits, int fractionBits) {
        long max = (1L << exponentBits) - 1;
        long sign = (long) n.sign << (exponentBits + fractionBits);
        long fraction = n.mantissa << 1 >>> (64 - fractionBits);
        return switch (n.kind) {
            case Num.ZERO -> sign;
            case Num.FINITE ->
                    sign
                            | (n.mantissa < 0
                                    ? (n.exponent + (max >> 1)) << fractionBits | fraction
                                    : fraction);
            case Num.INFINITE -> sign | max << fractionBits;
            default -> sign | max << fractionBits | 1L << (fractionBits - 1) | fraction;
        };
    }

    /** Sign and exponent of the double extended format. */
    public static int exponent80(Num n) {
        int sign = n.sign << 15;
        return switch (n.kind) {
            case Num.ZERO -> sign;
            case Num.FINITE -> n.mantissa < 0 ? sign | n.exponent + 16383 : sign;
            default -> sign | 0x7fff;
        };
    }

    /** Mantissa of the double extended format. */
    public static long mantissa80(Num n) {
        return switch (n.kind) {
            case Num.ZERO -> 0;
            case Num.FINITE -> n.mantissa;
            case Num.INFINITE -> Num.TOP;
            default -> n.mantissa | Num.TOP | Num.QUIET_BIT;
        };
    }
}
