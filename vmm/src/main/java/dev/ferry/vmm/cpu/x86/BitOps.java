package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** BT and its kin, BSF and BSR, POPCNT, LZCNT, TZCNT. */
final class BitOps {

    private static final int TEST = 0;
    private static final int SET = 1;
    private static final int RESET = 2;

    private BitOps() {}

    /** BT (which changes nothing), BTS, BTR, BTC with the bit given by an immediate. */
    record ByImmediate(int kind, int bit) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return change(c, kind, old, bit);
        }
    }

    /** The bit is given by a register; the destination is one, too. */
    record ByRegister(int kind, int index, int bits) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return change(c, kind, old, (int) c.regs[index] & bits - 1);
        }
    }

    private static long change(X86Vcpu c, int kind, long old, int bit) {
        long one = 1L << bit;
        c.setCarry((old & one) != 0);
        return switch (kind) {
            case TEST -> old;
            case SET -> old | one;
            case RESET -> old & ~one;
            default -> old ^ one;
        };
    }

    record TestImmediate(Operand source, int bit) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.setCarry((source.get(c) >>> bit & 1) != 0);
        }
    }

    record TestRegister(Operand source, int index, int bits) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.setCarry((source.get(c) >>> (c.regs[index] & bits - 1) & 1) != 0);
        }
    }

    /** Memory with the bit given by a register, which reaches beyond the operand. */
    record InMemory(int kind, Ea ea, int size, int index, boolean locked) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int shift = 64 - 8 * size;
            long bit = c.regs[index] << shift >> shift;
            int log = size == 8 ? 6 : size == 4 ? 5 : 4;
            long at = ea.moved(c, (bit >> log) * size, size, kind != TEST);
            int within = (int) bit & 8 * size - 1;
            if (kind == TEST) {
                c.setCarry((c.load(at, size) >>> within & 1) != 0);
                return;
            }
            long old;
            long changed;
            do {
                old = locked ? c.loadLocked(at, size) : c.loadForStore(at, size);
                changed = change(c, kind, old, within);
                if (!locked) {
                    c.store(at, size, changed);
                    return;
                }
            } while (!c.compareAndSet(at, size, old, changed));
        }
    }

    /** BSF or BSR: the destination stays as it is if there is no bit. */
    record Scan(boolean reverse, Operand destination, Operand source, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = source.get(c);
            c.logic(value, shift);
            if (value != 0) {
                destination.set(
                        c,
                        reverse
                                ? 63 - Long.numberOfLeadingZeros(value)
                                : Long.numberOfTrailingZeros(value));
            }
        }
    }

    record CountOnes(Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = source.get(c);
            c.arithmeticFlags(value == 0 ? Flags.ZF : 0);
            destination.set(c, Long.bitCount(value));
        }
    }

    record CountZeros(boolean leading, Operand destination, Operand source, int shift)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = source.get(c);
            long count =
                    value == 0
                            ? 64 - shift
                            : leading
                                    ? Long.numberOfLeadingZeros(value) - shift
                                    : Long.numberOfTrailingZeros(value);
            c.logic(count, 0);
            c.setCarry(value == 0);
            destination.set(c, count);
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static @Nullable Op byImmediate(Instruction in) {
        int kind = in.extension() - 4;
        if (kind < 0) {
            return null;
        }
        int bit = (int) in.immediate & 8 * in.operandBytes - 1;
        if (kind == TEST) {
            return in.lock ? null : new TestImmediate(in.rmOperand(), bit);
        }
        return Modifier.of(in, new ByImmediate(kind, bit));
    }

    static @Nullable Op byRegister(Instruction in) {
        int kind = in.opcode >> 3 & 3;
        if (kind == TEST && in.lock) {
            return null;
        }
        if (in.memoryForm()) {
            return new InMemory(kind, in.ea(), in.operandBytes, in.reg(), in.lock);
        }
        int bits = 8 * in.operandBytes;
        return kind == TEST
                ? new TestRegister(in.rmOperand(), in.reg(), bits)
                : new Modifier.Plain(in.rmOperand(), new ByRegister(kind, in.reg(), bits));
    }

    static Op scan(Instruction in) {
        return new Scan((in.opcode & 1) != 0, in.regOperand(), in.rmOperand(), in.shift());
    }

    static Op countOnes(Instruction in) {
        return new CountOnes(in.regOperand(), in.rmOperand());
    }

    static Op countZeros(Instruction in) {
        return new CountZeros((in.opcode & 1) != 0, in.regOperand(), in.rmOperand(), in.shift());
    }
}
