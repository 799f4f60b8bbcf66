package dev.ferry.vmm.cpu.x86;

/** Shifts and rotations. */
final class ShiftOps {

    private ShiftOps() {}

    /**
     * ROL, ROR, RCL, RCR, SHL, SHR, SHL again, SAR.
     *
     * @param a zero-extended
     * @param count as the instruction has it
     */
    static long compute(X86Vcpu c, int kind, long a, int count, int shift) {
        int bits = 64 - shift;
        int n = count & (bits == 64 ? 63 : 31);
        if (n == 0) {
            return a;
        }
        return switch (kind) {
            case 0 -> rotateLeft(c, a, n & (bits - 1), shift);
            case 1 -> rotateRight(c, a, n & (bits - 1), shift);
            case 2, 3 -> throughCarry(c, kind == 2, a, n, shift);
            case 5 -> {
                long before = a >>> (n - 1);
                long r = before >>> 1;
                c.shifted(r, (before & 1) != 0, (before ^ r) << shift < 0, shift);
                yield r;
            }
            case 7 -> {
                long before = a << shift >> shift >> (n - 1);
                long r = before >> 1;
                c.shifted(r, (before & 1) != 0, false, shift);
                yield r;
            }
            default -> {
                long before = a << (n - 1);
                long r = before << 1;
                c.shifted(r, before << shift < 0, (before ^ r) << shift < 0, shift);
                yield r;
            }
        };
    }

    private static long rotateLeft(X86Vcpu c, long a, int n, int shift) {
        long r = n == 0 ? a : a << n | a >>> (64 - shift - n);
        boolean out = (r & 1) != 0;
        c.carryOverflow(out, r << shift < 0 != out);
        return r;
    }

    private static long rotateRight(X86Vcpu c, long a, int n, int shift) {
        long r = n == 0 ? a : a >>> n | a << (64 - shift - n);
        boolean top = r << shift < 0;
        c.carryOverflow(top, r << (shift + 1) < 0 != top);
        return r;
    }

    private static long throughCarry(X86Vcpu c, boolean left, long a, int count, int shift) {
        int bits = 64 - shift;
        int n = bits < 32 ? count % (bits + 1) : count;
        if (n == 0) {
            return a;
        }
        boolean in = c.carry();
        long carry = in ? 1 : 0;
        long r;
        boolean out;
        if (left) {
            r = a << n | carry << (n - 1) | (n == 1 ? 0 : a >>> (bits + 1 - n));
            out = (a >>> (bits - n) & 1) != 0;
        } else {
            r = a >>> n | carry << (bits - n) | (n == 1 ? 0 : a << (bits + 1 - n));
            out = (a >>> (n - 1) & 1) != 0;
        }
        c.carryOverflow(out, (a ^ r) << shift < 0);
        return r;
    }

    record ByImmediate(int kind, int count, int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return compute(c, kind, old, count, shift);
        }
    }

    /** By CL. */
    record ByCount(int kind, int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return compute(c, kind, old, (int) c.regs[1] & 0xff, shift);
        }
    }

    /** SHLD or SHRD. */
    record DoubleByCount(
            boolean left, Operand destination, Operand source, Operand count, int shift)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            doubled(c, left, destination, source.get(c), (int) count.get(c), shift);
        }
    }

    /** SHLD or SHRD by an immediate. */
    record DoubleImmediate(boolean left, Operand destination, Operand source, int count, int shift)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            doubled(c, left, destination, source.get(c), count, shift);
        }
    }

    private static void doubled(
            X86Vcpu c, boolean left, Operand destination, long b, int count, int shift) {
        int bits = 64 - shift;
        int n = count & (bits == 64 ? 63 : 31);
        long a = destination.getForSet(c);
        if (n == 0) {
            destination.set(c, a);
            return;
        }
        long before;
        long r;
        boolean out;
        if (bits == 16) {
            // Counts above 16 take bits of the destination again: what 32-bit hardware has always
            // done with an undefined case.
            if (left) {
                long wide = a << 32 | b << 16 | a;
                before = wide << (n - 1) >>> 32 & 0xffff;
                r = wide << n >>> 32 & 0xffff;
                out = (wide >>> (48 - n) & 1) != 0;
            } else {
                long wide = a | b << 16 | a << 32;
                before = wide >>> (n - 1) & 0xffff;
                r = wide >>> n & 0xffff;
                out = (before & 1) != 0;
            }
        } else if (left) {
            before = n == 1 ? a : a << (n - 1) | b >>> (bits - (n - 1));
            r = a << n | b >>> (bits - n);
            out = before << shift < 0;
        } else {
            before = n == 1 ? a : a >>> (n - 1) | b << (bits - (n - 1));
            r = a >>> n | b << (bits - n);
            out = (before & 1) != 0;
        }
        destination.set(c, r);
        c.shifted(r, out, (before ^ r) << shift < 0, shift);
    }

    // ---- factories ------------------------------------------------------------------------

    static Op byImmediate(Instruction in) {
        return of(in, new ByImmediate(in.extension(), (int) in.immediate & 0xff, in.shift()));
    }

    static Op byOne(Instruction in) {
        return of(in, new ByImmediate(in.extension(), 1, in.shift()));
    }

    static Op byCount(Instruction in) {
        return of(in, new ByCount(in.extension(), in.shift()));
    }

    private static Op of(Instruction in, Modifier by) {
        return new Modifier.Plain(in.rmOperand(), by);
    }

    static Op doubled(Instruction in) {
        boolean left = in.opcode < 0xa8;
        return (in.opcode & 1) == 0
                ? new DoubleImmediate(
                        left,
                        in.rmOperand(),
                        in.regOperand(),
                        (int) in.immediate & 0xff,
                        in.shift())
                : new DoubleByCount(
                        left, in.rmOperand(), in.regOperand(), new Operand.Reg8(1), in.shift());
    }
}
