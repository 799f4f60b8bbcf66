package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.fp.Formats;
import dev.ferry.vmm.cpu.x86.fp.Num;
import dev.ferry.vmm.cpu.x86.fp.Precision;
import dev.ferry.vmm.cpu.x86.fp.SoftFloat;

/** What x87 instructions do, once their operands are in {@link SoftFloat#a} and its neighbours. */
final class X87Arithmetic {

    private X87Arithmetic() {}

    /**
     * FADD, FMUL, FCOM, FCOMP, FSUB, FSUBR, FDIV, FDIVR, by their numbers: ST and the operand in
     * {@code soft.b}.
     *
     * @param destination the register that gets the result
     */
    static void group(X87 x, int which, int destination) {
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        if (which == 2 || which == 3) {
            compare(x, false);
            if (which == 3 && x.commit()) {
                x.pop();
            } else {
                x.commit();
            }
            return;
        }
        Precision p = x.precision();
        if (which == 5 || which == 7) {
            soft.swap();
        }
        switch (which) {
            case 0 -> soft.add(p);
            case 1 -> soft.multiply(p);
            case 4, 5 -> soft.subtract(p);
            default -> soft.divide(p);
        }
        if (x.commitRounded()) {
            x.set(destination);
        }
    }

    /** Compares a with b into C0, C2 and C3. */
    static void compare(X87 x, boolean quiet) {
        x.conditions(
                switch (x.soft.compare(quiet)) {
                    case SoftFloat.LESS -> X87.C0;
                    case SoftFloat.EQUAL -> X87.C3;
                    case SoftFloat.GREATER -> 0;
                    default -> X87.C0 | X87.C2 | X87.C3;
                });
    }

    /** FCOM, FUCOM and those that pop: ST with another register. */
    static void compareRegisters(X87 x, int i, boolean quiet, int pops) {
        x.begin();
        x.get(x.soft.a, 0);
        x.get(x.soft.b, i);
        compare(x, quiet);
        if (x.commit()) {
            for (int k = 0; k < pops; k++) {
                x.pop();
            }
        }
    }

    /** FCOMI, FUCOMI and those that pop. */
    static void compareToFlags(X87 x, int i, boolean quiet, boolean pop) {
        x.begin();
        x.get(x.soft.a, 0);
        x.get(x.soft.b, i);
        int order = x.soft.compare(quiet);
        x.c.fpuStatus &= ~X87.C1;
        if (x.commit()) {
            int kept = x.c.arithmeticFlags() & ~(Flags.ZF | Flags.PF | Flags.CF);
            x.c.arithmeticFlags(kept | SseFloat.flags(order));
            if (pop) {
                x.pop();
            }
        }
    }

    static void test(X87 x) {
        x.begin();
        x.get(x.soft.a, 0);
        Formats.from64(x.soft.b, 0, false);
        compare(x, false);
        x.commit();
    }

    /** FXAM. */
    static void examine(X87 x) {
        X86Vcpu c = x.c;
        int p = x.physical(0);
        int e = c.fpuExponent[p] & 0x7fff;
        long m = c.fpuMantissa[p];
        int sort;
        if ((c.fpuTags >> p & 1) == 0) {
            sort = X87.C3 | X87.C0;
        } else if (e == 0) {
            sort = m == 0 ? X87.C3 : X87.C3 | X87.C2;
        } else if (m >= 0) {
            sort = 0;
        } else if (e == 0x7fff) {
            sort = m << 1 == 0 ? X87.C2 | X87.C0 : X87.C0;
        } else {
            sort = X87.C2;
        }
        x.conditions(sort | ((c.fpuExponent[p] & 0x8000) != 0 ? X87.C1 : 0));
    }

    /** FABS and FCHS. */
    static void sign(X87 x, int and, int xor) {
        x.begin();
        X86Vcpu c = x.c;
        c.fpuStatus &= ~X87.C1;
        if (x.get(x.soft.a, 0)) {
            int p = x.physical(0);
            c.fpuExponent[p] = (c.fpuExponent[p] & and) ^ xor;
        } else if (x.commit()) {
            x.set(0);
        }
    }

    /** FSQRT, FRNDINT. */
    static void unary(X87 x, boolean root) {
        x.begin();
        x.get(x.soft.a, 0);
        if (root) {
            x.soft.squareRoot(x.precision());
        } else {
            x.soft.roundToInteger();
        }
        if (x.commitRounded()) {
            x.set(0);
        }
    }

    static void scale(X87 x) {
        x.begin();
        x.get(x.soft.a, 0);
        x.get(x.soft.b, 1);
        x.soft.scale(Precision.EXTENDED);
        if (x.commitRounded()) {
            x.set(0);
        }
    }

    /** FPREM, FPREM1. */
    static void remainder(X87 x, boolean nearest) {
        x.begin();
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        x.get(soft.b, 1);
        soft.remainder(nearest);
        long q = soft.quotient;
        x.conditions(
                soft.partial
                        ? X87.C2
                        : ((q & 4) != 0 ? X87.C0 : 0)
                                | ((q & 2) != 0 ? X87.C3 : 0)
                                | ((q & 1) != 0 ? X87.C1 : 0));
        if (x.commit()) {
            x.set(0);
        }
    }

    /** FXTRACT: the exponent instead of ST, then the significand on top of it. */
    static void extract(X87 x) {
        x.begin();
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        if (soft.a.isNaN()) {
            soft.convert(Precision.EXTENDED);
            if (x.commitRounded()) {
                x.set(0);
                x.push();
            }
            return;
        }
        if (soft.a.isDenormal()) {
            soft.flags |= SoftFloat.DENORMAL;
        }
        Num significand = soft.b;
        significand.set(soft.a);
        if (soft.a.isZero()) {
            soft.flags |= SoftFloat.ZERO_DIVIDE;
            Formats.from64(soft.r, 0xfff0_0000_0000_0000L, false);
        } else if (soft.a.isInfinite()) {
            Formats.from64(soft.r, 0x7ff0_0000_0000_0000L, false);
        } else {
            soft.fromLong(soft.a.exponent(), Precision.EXTENDED);
            significand.unscale();
        }
        if (x.commitRounded()) {
            x.set(0);
            soft.r.set(significand);
            x.push();
        }
    }
}
