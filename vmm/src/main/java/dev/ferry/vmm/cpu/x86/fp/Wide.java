package dev.ferry.vmm.cpu.x86.fp;

/** Arithmetic on 128 bits. */
final class Wide {

    private Wide() {}

    /**
     * The quotient of an unsigned 128-bit number and a 64-bit one that is greater than its upper
     * half.
     */
    static long divide(long high, long low, long divisor) {
        int shift = Long.numberOfLeadingZeros(divisor);
        long d = divisor << shift;
        long hi = shift == 0 ? high : high << shift | low >>> (64 - shift);
        long lo = low << shift;
        long d1 = d >>> 32;
        long d0 = d & 0xffffffffL;
        long q1 = digit(hi, lo >>> 32, d1, d0);
        long rest = (hi << 32 | lo >>> 32) - q1 * d;
        long q0 = digit(rest, lo & 0xffffffffL, d1, d0);
        return q1 << 32 | q0;
    }

    /**
     * One 32-bit digit: (rest:next) by the divisor, which is greater than rest. Knuth, volume 2,
     * 4.3.1, algorithm D.
     */
    private static long digit(long rest, long next, long d1, long d0) {
        long q = Long.divideUnsigned(rest, d1);
        long r = rest - q * d1;
        while (q > 0xffffffffL || Long.compareUnsigned(q * d0, r << 32 | next) > 0) {
            q--;
            r += d1;
            if (r > 0xffffffffL) {
                break;
            }
        }
        return q;
    }
}
