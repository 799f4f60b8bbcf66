package dev.ferry.vmm.cpu.x86.fp;

/** The square root of an unsigned 128-bit number of at least 127 bits. */
final class Root {

    /** All 64 bits of it. */
    long value;

    /** What follows: 0, 1 if it is less than a half, else the top bit and 1. */
    long rest;

    void of(long high, long low) {
        // Bit by bit. The remainder needs up to 66 bits; the upper two are kept apart.
        long q = 0;
        long remainder = 0;
        long remainderHigh = 0;
        for (int i = 0; i < 64; i++) {
            long two = i < 32 ? high >>> (62 - 2 * i) & 3 : low >>> (126 - 2 * i) & 3;
            remainderHigh = remainderHigh << 2 | remainder >>> 62;
            remainder = remainder << 2 | two;
            long trial = q << 2 | 1;
            long trialHigh = q >>> 62;
            boolean below = Long.compareUnsigned(remainder, trial) < 0;
            boolean fits = remainderHigh > trialHigh || (remainderHigh == trialHigh && !below);
            if (fits) {
                remainderHigh -= trialHigh + (below ? 1 : 0);
                remainder -= trial;
            }
            q = q << 1 | (fits ? 1 : 0);
        }
        value = q;
        if (remainderHigh == 0 && remainder == 0) {
            rest = 0;
        } else {
            boolean above = remainderHigh != 0 || Long.compareUnsigned(remainder, q) > 0;
            rest = above ? Num.TOP | 1 : 1;
        }
    }
}
