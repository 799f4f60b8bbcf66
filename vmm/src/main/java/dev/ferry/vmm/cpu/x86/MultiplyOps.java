package dev.ferry.vmm.cpu.x86;

/** MUL, IMUL, DIV, IDIV. */
final class MultiplyOps {

    private MultiplyOps() {}

    /** Into AX, DX:AX, EDX:EAX or RDX:RAX. */
    record Multiply(Operand source, int size, boolean signed) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] regs = c.regs;
            int shift = 64 - 8 * size;
            long a = regs[0] << shift;
            long b = source.get(c) << shift;
            if (size == 8) {
                long low = a * b;
                long high = signed ? Math.multiplyHigh(a, b) : Math.unsignedMultiplyHigh(a, b);
                regs[0] = low;
                regs[2] = high;
                c.multiplied(low, high != (signed ? low >> 63 : 0), 0);
                return;
            }
            long product = signed ? (a >> shift) * (b >> shift) : (a >>> shift) * (b >>> shift);
            boolean lost =
                    signed ? product << shift >> shift != product : product >>> (8 * size) != 0;
            switch (size) {
                case 1 -> regs[0] = (regs[0] & ~0xffffL) | (product & 0xffff);
                case 2 -> {
                    regs[0] = (regs[0] & ~0xffffL) | (product & 0xffff);
                    regs[2] = (regs[2] & ~0xffffL) | (product >>> 16 & 0xffff);
                }
                default -> {
                    regs[0] = product & 0xffffffffL;
                    regs[2] = product >>> 32;
                }
            }
            c.multiplied(product, lost, shift);
        }
    }

    /** IMUL of two operands into a third. */
    record MultiplyInto(Operand destination, Operand a, Operand b, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, product(c, a.get(c), b.get(c), shift));
        }
    }

    /** IMUL with an immediate. */
    record MultiplyImmediate(Operand destination, Operand a, long b, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, product(c, a.get(c), b, shift));
        }
    }

    private static long product(X86Vcpu c, long a, long b, int shift) {
        long x = a << shift >> shift;
        long y = b << shift >> shift;
        long r = x * y;
        boolean lost = shift == 0 ? Math.multiplyHigh(x, y) != r >> 63 : r << shift >> shift != r;
        c.multiplied(r, lost, shift);
        return r;
    }

    record Divide(Operand source, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] regs = c.regs;
            long b = source.get(c);
            if (b == 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            if (size == 8) {
                divide64(c, b);
                return;
            }
            int bits = 8 * size;
            long a =
                    switch (size) {
                        case 1 -> regs[0] & 0xffff;
                        case 2 -> (regs[2] & 0xffff) << 16 | (regs[0] & 0xffff);
                        default -> regs[2] << 32 | (regs[0] & 0xffffffffL);
                    };
            long quotient = Long.divideUnsigned(a, b);
            if (quotient >>> bits != 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            store(c, size, quotient, Long.remainderUnsigned(a, b));
        }

        private static void divide64(X86Vcpu c, long b) {
            long high = c.regs[2];
            long low = c.regs[0];
            if (Long.compareUnsigned(high, b) >= 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            if (high == 0) {
                c.regs[0] = Long.divideUnsigned(low, b);
                c.regs[2] = Long.remainderUnsigned(low, b);
            } else {
                long quotient = divideLong(high, low, b);
                c.regs[0] = quotient;
                c.regs[2] = low - quotient * b;
            }
        }
    }

    record DivideSigned(Operand source, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] regs = c.regs;
            int shift = 64 - 8 * size;
            long b = source.get(c) << shift >> shift;
            if (b == 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            if (size == 8) {
                divide64(c, b);
                return;
            }
            long a =
                    switch (size) {
                        case 1 -> (short) regs[0];
                        case 2 -> (int) ((regs[2] & 0xffff) << 16 | (regs[0] & 0xffff));
                        default -> regs[2] << 32 | (regs[0] & 0xffffffffL);
                    };
            if (a == Long.MIN_VALUE && b == -1) {
                throw c.fault(CpuFault.DE, 0);
            }
            long quotient = a / b;
            if (quotient << shift >> shift != quotient) {
                throw c.fault(CpuFault.DE, 0);
            }
            store(c, size, quotient, a % b);
        }

        private static void divide64(X86Vcpu c, long b) {
            long high = c.regs[2];
            long low = c.regs[0];
            boolean negative = high < 0;
            if (negative) {
                high = ~high + (low == 0 ? 1 : 0);
                low = -low;
            }
            long divisor = Math.abs(b);
            if (Long.compareUnsigned(high, divisor) >= 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            long quotient =
                    high == 0 ? Long.divideUnsigned(low, divisor) : divideLong(high, low, divisor);
            long rest = low - quotient * divisor;
            boolean opposite = negative != b < 0;
            if (opposite ? Long.compareUnsigned(quotient, Long.MIN_VALUE) > 0 : quotient < 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            c.regs[0] = opposite ? -quotient : quotient;
            c.regs[2] = negative ? -rest : rest;
        }
    }

    private static void store(X86Vcpu c, int size, long quotient, long rest) {
        long[] regs = c.regs;
        switch (size) {
            case 1 -> regs[0] = (regs[0] & ~0xffffL) | (quotient & 0xff) | (rest & 0xff) << 8;
            case 2 -> {
                regs[0] = (regs[0] & ~0xffffL) | (quotient & 0xffff);
                regs[2] = (regs[2] & ~0xffffL) | (rest & 0xffff);
            }
            default -> {
                regs[0] = quotient & 0xffffffffL;
                regs[2] = rest & 0xffffffffL;
            }
        }
    }

    /**
     * 128 by 64 bits, unsigned; {@code high} is less than {@code divisor}.
     *
     * <p>Source: D. Knuth, The Art of Computer Programming, volume 2, 4.3.1, algorithm D, with
     * digits of 32 bits.
     */
    static long divideLong(long high, long low, long divisor) {
        int shift = Long.numberOfLeadingZeros(divisor);
        long v = divisor << shift;
        long vHigh = v >>> 32;
        long vLow = v & 0xffffffffL;
        long top = shift == 0 ? high : high << shift | low >>> (64 - shift);
        long bottom = low << shift;
        long q1 = digit(top, bottom >>> 32, vHigh, vLow);
        long middle = (top << 32 | bottom >>> 32) - q1 * v;
        long q0 = digit(middle, bottom & 0xffffffffL, vHigh, vLow);
        return (q1 << 32) + q0;
    }

    private static long digit(long top, long next, long vHigh, long vLow) {
        long q = Long.divideUnsigned(top, vHigh);
        long rest = top - q * vHigh;
        while (q >>> 32 != 0 || Long.compareUnsigned(q * vLow, rest << 32 | next) > 0) {
            q--;
            rest += vHigh;
            if (rest >>> 32 != 0) {
                break;
            }
        }
        return q;
    }

    // ---- factories ------------------------------------------------------------------------

    static Op registerMemory(Instruction in) {
        return new MultiplyInto(in.regOperand(), in.regOperand(), in.rmOperand(), in.shift());
    }

    static Op immediate(Instruction in) {
        return new MultiplyImmediate(in.regOperand(), in.rmOperand(), in.immediate, in.shift());
    }
}
