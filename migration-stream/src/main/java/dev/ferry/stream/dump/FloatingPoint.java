package dev.ferry.stream.dump;

import java.util.List;

/**
 * x87 state.
 *
 * @param control FPU control word
 * @param status FPU status word; bits 11 to 13 are the top of the stack
 * @param valid bit i: physical register i is in use
 * @param mantissas of the physical registers
 * @param exponents with the sign in bit 15, of the physical registers
 */
public record FloatingPoint(
        int control, int status, int valid, List<Long> mantissas, List<Integer> exponents) {

    public FloatingPoint {
        mantissas = List.copyOf(mantissas);
        exponents = List.copyOf(exponents);
    }

    /** The physical register that ST(i) is. */
    public int physical(int i) {
        return ((status >> 11) + i) & 7;
    }

    /** The full tag word: two bits a physical register, 3 for empty. */
    public int tagWord() {
        int word = 0;
        for (int i = 7; i >= 0; i--) {
            word = word << 2 | tag(i);
        }
        return word;
    }

    private int tag(int i) {
        if ((valid >> i & 1) == 0 || i >= mantissas.size()) {
            return 3;
        }
        int exponent = exponents.get(i) & 0x7fff;
        long mantissa = mantissas.get(i);
        if (exponent == 0 && mantissa == 0) {
            return 1;
        }
        return exponent == 0x7fff || exponent == 0 || mantissa >= 0 ? 2 : 0;
    }
}
