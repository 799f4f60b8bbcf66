package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** ADD, OR, ADC, SBB, AND, SUB, XOR, CMP (numbered so in opcodes), TEST, INC, DEC, NOT, NEG. */
final class AluOps {

    private static final int CMP = 7;

    private AluOps() {}

    static long compute(X86Vcpu c, int kind, long a, long b, int shift) {
        return switch (kind) {
            case 0 -> c.add(a, b, shift);
            case 1 -> c.logic(a | b, shift);
            case 2 -> c.adc(a, b, shift);
            case 3 -> c.sbb(a, b, shift);
            case 4 -> c.logic(a & b, shift);
            case 6 -> c.logic(a ^ b, shift);
            default -> c.sub(a, b, shift);
        };
    }

    record By(int kind, Operand source, int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return compute(c, kind, old, source.get(c), shift);
        }
    }

    record ByImmediate(int kind, long value, int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return compute(c, kind, old, value, shift);
        }
    }

    record Compare(Operand left, Operand right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.sub(left.get(c), right.get(c), shift);
        }
    }

    record CompareImmediate(Operand left, long right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.sub(left.get(c), right, shift);
        }
    }

    record CompareRegister(int left, int right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.sub(c.regs[left], c.regs[right], shift);
        }
    }

    record CompareRegisterImmediate(int left, long right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.sub(c.regs[left], right, shift);
        }
    }

    record Test(Operand left, Operand right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.logic(left.get(c) & right.get(c), shift);
        }
    }

    record TestImmediate(Operand left, long right, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.logic(left.get(c) & right, shift);
        }
    }

    /** Registers of 32 or 64 bits. */
    record Registers(int kind, int destination, int source, int shift, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] regs = c.regs;
            regs[destination] = compute(c, kind, regs[destination], regs[source], shift) & mask;
        }
    }

    /** A register of 32 or 64 bits. */
    record RegisterImmediate(int kind, int destination, long value, int shift, long mask)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] regs = c.regs;
            regs[destination] = compute(c, kind, regs[destination], value, shift) & mask;
        }
    }

    /** A register of 32 bits and memory. */
    record RegisterMemory32(int kind, int destination, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = c.load32(ea.read(c, 4));
            long[] regs = c.regs;
            regs[destination] = compute(c, kind, regs[destination], value, 32) & 0xffffffffL;
        }
    }

    /** A register of 64 bits and memory. */
    record RegisterMemory64(int kind, int destination, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = c.load64(ea.read(c, 8));
            long[] regs = c.regs;
            regs[destination] = compute(c, kind, regs[destination], value, 0);
        }
    }

    record Inc(int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return c.inc(old, shift);
        }
    }

    record Dec(int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return c.dec(old, shift);
        }
    }

    record IncRegister(int index, int shift, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[index] = c.inc(c.regs[index], shift) & mask;
        }
    }

    record DecRegister(int index, int shift, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[index] = c.dec(c.regs[index], shift) & mask;
        }
    }

    record Not() implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return ~old;
        }
    }

    record Neg(int shift) implements Modifier {
        @Override
        public long modify(X86Vcpu c, long old) {
            return c.sub(0, old, shift);
        }
    }

    // ---- factories ------------------------------------------------------------------------

    private static boolean wholeRegister(Instruction in) {
        return in.registerForm() && in.operandBytes >= 4;
    }

    private static int kind(Instruction in) {
        return in.opcode >> 3 & 7;
    }

    /** Ev,Gv and Eb,Gb. */
    static Op memoryRegister(Instruction in) {
        int kind = kind(in);
        if (wholeRegister(in)) {
            return registers(in, kind, in.rm(), in.reg());
        }
        return kind == CMP
                ? new Compare(in.rmOperand(), in.regOperand(), in.shift())
                : Modifier.of(in, new By(kind, in.regOperand(), in.shift()));
    }

    /** Gv,Ev and Gb,Eb. */
    static Op registerMemory(Instruction in) {
        int kind = kind(in);
        if (wholeRegister(in)) {
            return registers(in, kind, in.reg(), in.rm());
        }
        if (kind == CMP) {
            return new Compare(in.regOperand(), in.rmOperand(), in.shift());
        }
        return switch (in.operandBytes) {
            case 4 -> new RegisterMemory32(kind, in.reg(), in.ea());
            case 8 -> new RegisterMemory64(kind, in.reg(), in.ea());
            default ->
                    new Modifier.Plain(in.regOperand(), new By(kind, in.rmOperand(), in.shift()));
        };
    }

    private static Op registers(Instruction in, int kind, int destination, int source) {
        return kind == CMP
                ? new CompareRegister(destination, source, in.shift())
                : new Registers(
                        kind, destination, source, in.shift(), Instruction.mask(in.operandBytes));
    }

    /** The accumulator and an immediate. */
    static Op accumulator(Instruction in) {
        int kind = kind(in);
        if (in.operandBytes >= 4) {
            return registerImmediate(in, kind, 0);
        }
        Operand a = Operand.register(in.operandBytes, 0, true);
        return kind == CMP
                ? new CompareImmediate(a, in.immediate, in.shift())
                : new Modifier.Plain(a, new ByImmediate(kind, in.immediate, in.shift()));
    }

    private static Op registerImmediate(Instruction in, int kind, int index) {
        return kind == CMP
                ? new CompareRegisterImmediate(index, in.immediate, in.shift())
                : new RegisterImmediate(
                        kind, index, in.immediate, in.shift(), Instruction.mask(in.operandBytes));
    }

    /** 80 to 83. */
    static @Nullable Op group1(Instruction in) {
        int kind = in.extension();
        if (wholeRegister(in)) {
            return registerImmediate(in, kind, in.rm());
        }
        if (kind == CMP) {
            return in.lock ? null : new CompareImmediate(in.rmOperand(), in.immediate, in.shift());
        }
        return Modifier.of(in, new ByImmediate(kind, in.immediate, in.shift()));
    }

    static Op test(Instruction in) {
        return new Test(in.rmOperand(), in.regOperand(), in.shift());
    }

    static Op testAccumulator(Instruction in) {
        return new TestImmediate(
                Operand.register(in.operandBytes, 0, true), in.immediate, in.shift());
    }

    /** 40 to 4F outside 64-bit mode. */
    static Op incDecRegister(Instruction in) {
        boolean dec = in.opcode >= 0x48;
        int index = in.opcode & 7;
        if (in.operandBytes == 4) {
            return dec
                    ? new DecRegister(index, 32, 0xffffffffL)
                    : new IncRegister(index, 32, 0xffffffffL);
        }
        return new Modifier.Plain(new Operand.Reg16(index), dec ? new Dec(48) : new Inc(48));
    }

    /** INC and DEC of FE and FF. */
    static Op incDec(Instruction in) {
        boolean dec = in.extension() == 1;
        if (wholeRegister(in)) {
            long mask = Instruction.mask(in.operandBytes);
            return dec
                    ? new DecRegister(in.rm(), in.shift(), mask)
                    : new IncRegister(in.rm(), in.shift(), mask);
        }
        return Modifier.of(in, dec ? new Dec(in.shift()) : new Inc(in.shift()));
    }
}
