package dev.ferry.vmm.cpu.x86.fp;

/** What a result is rounded to: bits of the mantissa and the exponents of normal numbers. */
public enum Precision {
    SINGLE(24, -126, 127),
    DOUBLE(53, -1022, 1023),
    EXTENDED(64, -16382, 16383),

    /** The x87 with its precision control at 24 bits: the range stays that of the registers. */
    X87_24(24, -16382, 16383),

    /** The x87 with its precision control at 53 bits. */
    X87_53(53, -16382, 16383);

    final int bits;
    final int least;
    final int greatest;

    Precision(int bits, int least, int greatest) {
        this.bits = bits;
        this.least = least;
        this.greatest = greatest;
    }
}
