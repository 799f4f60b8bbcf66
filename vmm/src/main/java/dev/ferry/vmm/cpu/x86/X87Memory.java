package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.fp.Formats;
import dev.ferry.vmm.cpu.x86.fp.Precision;
import dev.ferry.vmm.cpu.x86.fp.SoftFloat;

/** x87 loads and stores. */
final class X87Memory {

    private static final long GREATEST_DECIMAL = 999_999_999_999_999_999L;

    private X87Memory() {}

    /** FLD m32, FLD m64. */
    static void loadReal(X87 x, Ea ea, int bytes) {
        operandReal(x, ea, bytes);
        SoftFloat soft = x.soft;
        soft.convert(Precision.EXTENDED);
        if (x.commitRounded()) {
            x.push();
        }
    }

    /** A single or a double into b, and a. */
    static void operandReal(X87 x, Ea ea, int bytes) {
        X86Vcpu c = x.c;
        long linear = ea.read(c, bytes);
        long bits = bytes == 4 ? c.load32(linear) : c.load64(linear);
        x.begin();
        if (bytes == 4) {
            Formats.from32(x.soft.b, (int) bits, false);
        } else {
            Formats.from64(x.soft.b, bits, false);
        }
        x.soft.a.set(x.soft.b);
    }

    /** An integer into b. */
    static void operandInteger(X87 x, Ea ea, int bytes) {
        long value = integer(x.c, ea, bytes);
        x.begin();
        x.soft.fromLong(value, Precision.EXTENDED);
        x.soft.b.set(x.soft.r);
    }

    private static long integer(X86Vcpu c, Ea ea, int bytes) {
        long linear = ea.read(c, bytes);
        return switch (bytes) {
            case 2 -> (short) c.load16(linear);
            case 4 -> c.load32(linear);
            default -> c.load64(linear);
        };
    }

    static void loadInteger(X87 x, Ea ea, int bytes) {
        operandInteger(x, ea, bytes);
        x.c.fpuStatus &= ~X87.C1;
        x.push();
    }

    /** FLD m80. */
    static void loadExtended(X87 x, Ea ea) {
        X86Vcpu c = x.c;
        long linear = ea.read(c, 10);
        long mantissa = c.load64(linear);
        int exponent = c.load16(c.wrap(linear + 8)) & 0xffff;
        x.begin();
        c.fpuStatus &= ~X87.C1;
        x.push(exponent, mantissa);
    }

    /** FST, FSTP m32 and m64. */
    static void storeReal(X87 x, Ea ea, int bytes, boolean pop) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, bytes);
        c.probeStore(linear, bytes);
        x.begin();
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        soft.convert(bytes == 4 ? Precision.SINGLE : Precision.DOUBLE);
        int unstorable = SoftFloat.OVERFLOW | SoftFloat.UNDERFLOW;
        boolean fits = (soft.flags & ~c.fpuControl & unstorable) == 0;
        if (!x.commitRounded() || !fits) {
            return;
        }
        if (bytes == 4) {
            c.store32(linear, Formats.to32(soft.r));
        } else {
            c.store64(linear, Formats.to64(soft.r));
        }
        if (pop) {
            x.pop();
        }
    }

    /** FSTP m80. */
    static void storeExtended(X87 x, Ea ea) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, 10);
        c.probeStore(linear, 10);
        x.begin();
        c.fpuStatus &= ~X87.C1;
        if (x.get(x.soft.a, 0)) {
            int p = x.physical(0);
            put80(c, linear, c.fpuExponent[p], c.fpuMantissa[p]);
        } else if (x.commit()) {
            put80(c, linear, Formats.exponent80(x.soft.r), Formats.mantissa80(x.soft.r));
        } else {
            return;
        }
        x.pop();
    }

    private static void put80(X86Vcpu c, long linear, int exponent, long mantissa) {
        c.store64(linear, mantissa);
        c.store16(c.wrap(linear + 8), exponent);
    }

    /** FIST, FISTP, FISTTP. */
    static void storeInteger(X87 x, Ea ea, int bytes, boolean pop, boolean truncate) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, bytes);
        c.probeStore(linear, bytes);
        x.begin();
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        long value = soft.toLong(8 * bytes, truncate ? SoftFloat.TRUNCATE : soft.rounding);
        if (!x.commitRounded()) {
            return;
        }
        c.store(linear, bytes, value);
        if (pop) {
            x.pop();
        }
    }

    /** FBLD: eighteen digits, then the sign. */
    static void loadDecimal(X87 x, Ea ea) {
        X86Vcpu c = x.c;
        long linear = ea.read(c, 10);
        long low = c.load64(linear);
        int high = c.load16(c.wrap(linear + 8)) & 0xffff;
        long value = (high >> 4 & 15) * 10L + (high & 15);
        for (int k = 60; k >= 0; k -= 4) {
            value = value * 10 + (low >>> k & 15);
        }
        x.begin();
        x.soft.fromLong(value, Precision.EXTENDED);
        x.soft.r.sign(high >> 15);
        c.fpuStatus &= ~X87.C1;
        x.push();
    }

    /** FBSTP. */
    static void storeDecimal(X87 x, Ea ea) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, 10);
        c.probeStore(linear, 10);
        x.begin();
        SoftFloat soft = x.soft;
        x.get(soft.a, 0);
        long value = soft.toLong(64, soft.rounding);
        boolean fits = (soft.flags & SoftFloat.INVALID) == 0 && Math.abs(value) <= GREATEST_DECIMAL;
        if (!fits) {
            soft.flags = (soft.flags & ~SoftFloat.INEXACT) | SoftFloat.INVALID;
            soft.roundedUp = false;
        }
        if (!x.commitRounded()) {
            return;
        }
        if (fits) {
            long rest = Math.abs(value);
            long low = 0;
            for (int k = 0; k < 64; k += 4) {
                low |= rest % 10 << k;
                rest /= 10;
            }
            int sign = soft.a.sign() << 15;
            put80(c, linear, sign | (int) (rest / 10) << 4 | (int) (rest % 10), low);
        } else {
            put80(c, linear, 0xffff, 0xc000_0000_0000_0000L);
        }
        x.pop();
    }
}
