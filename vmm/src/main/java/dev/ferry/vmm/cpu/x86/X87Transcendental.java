package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.fp.Formats;
import dev.ferry.vmm.cpu.x86.fp.Precision;
import dev.ferry.vmm.cpu.x86.fp.SoftFloat;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Sines, logarithms and the like, computed in double precision: results have 53 good bits where a
 * processor's have 64, and are not the same to the bit. Constants are exact.
 */
final class X87Transcendental {

    /** From here on FSIN and its siblings leave their operand alone. */
    private static final double OUT_OF_RANGE = 0x1p63;

    private static final double LN2 = Math.log(2);

    private X87Transcendental() {}

    /** The sort of constant an instruction pushes: D9 E8 and following. */
    static void constant(X87 x, int which) {
        x.begin();
        int mode = x.c.fpuControl >> 10 & 3;
        int up = mode == SoftFloat.UP ? 1 : 0;
        int down = mode == SoftFloat.DOWN || mode == SoftFloat.TRUNCATE ? 1 : 0;
        x.c.fpuStatus &= ~X87.C1;
        switch (which) {
            case 0 -> x.push(0x3fff, 0x8000_0000_0000_0000L);
            // log2(10), log2(e), pi, log10(2), ln(2): the first is rounded down, the others up.
            case 1 -> x.push(0x4000, 0xd49a_784b_cd1b_8afeL + up);
            case 2 -> x.push(0x3fff, 0xb8aa_3b29_5c17_f0bcL - down);
            case 3 -> x.push(0x4000, 0xc90f_daa2_2168_c235L - down);
            case 4 -> x.push(0x3ffd, 0x9a20_9a84_fbcf_f799L - down);
            case 5 -> x.push(0x3ffe, 0xb172_17f7_d1cf_79acL - down);
            default -> x.push(0, 0);
        }
    }

    private static double value(X87 x, int register) {
        SoftFloat soft = x.soft;
        x.get(soft.a, register);
        if (soft.a.signals()) {
            soft.flags |= SoftFloat.INVALID;
        }
        int flags = soft.flags;
        soft.convert(Precision.DOUBLE);
        soft.flags = flags;
        return Double.longBitsToDouble(Formats.to64(soft.r));
    }

    /** Makes it the result; a NaN from numbers is an invalid operation. */
    private static void result(X87 x, double value, boolean fromNaN) {
        SoftFloat soft = x.soft;
        if (Double.isNaN(value) && !fromNaN) {
            soft.invalid();
            return;
        }
        Formats.from64(soft.a, Double.doubleToRawLongBits(value), false);
        soft.roundA(Precision.EXTENDED);
        if (value != 0 && !Double.isInfinite(value) && !Double.isNaN(value)) {
            soft.flags |= SoftFloat.INEXACT;
        }
    }

    /** ST = f(ST). */
    static void unary(X87 x, DoubleUnaryOperator f, boolean limited) {
        x.begin();
        double v = value(x, 0);
        x.c.fpuStatus &= ~(X87.C1 | X87.C2);
        if (limited && Math.abs(v) >= OUT_OF_RANGE && !Double.isInfinite(v)) {
            x.c.fpuStatus |= X87.C2;
            return;
        }
        result(x, f.applyAsDouble(v), Double.isNaN(v));
        if (x.commit()) {
            x.set(0);
        }
    }

    /** ST(1) = f(ST(1), ST), and pop. */
    static void binary(X87 x, DoubleBinaryOperator f) {
        x.begin();
        double top = value(x, 0);
        double below = value(x, 1);
        x.c.fpuStatus &= ~X87.C1;
        result(x, f.applyAsDouble(below, top), Double.isNaN(top) || Double.isNaN(below));
        if (x.commit()) {
            x.set(1);
            x.pop();
        }
    }

    /** ST = f(ST), then g of what ST was is pushed. */
    static void two(X87 x, DoubleUnaryOperator f, DoubleUnaryOperator g) {
        x.begin();
        double v = value(x, 0);
        x.c.fpuStatus &= ~(X87.C1 | X87.C2);
        if (Math.abs(v) >= OUT_OF_RANGE && !Double.isInfinite(v)) {
            x.c.fpuStatus |= X87.C2;
            return;
        }
        result(x, f.applyAsDouble(v), Double.isNaN(v));
        if (x.commit()) {
            x.set(0);
            result(x, g.applyAsDouble(v), Double.isNaN(v));
            x.push();
        }
    }

    static double exponentialLessOne(double v) {
        return Math.expm1(v * LN2);
    }

    static double timesLog(double y, double v) {
        return y * (Math.log(v) / LN2);
    }

    static double timesLogOfOneMore(double y, double v) {
        return y * (Math.log1p(v) / LN2);
    }
}
