package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** MOV and its kin, without segment and control registers. */
final class MoveOps {

    private MoveOps() {}

    record Move(Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, source.get(c));
        }
    }

    record MoveImmediate(Operand destination, long value) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, value);
        }
    }

    record MoveRegister(int destination, int source, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[destination] = c.regs[source] & mask;
        }
    }

    record SetRegister(int destination, long value) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[destination] = value;
        }
    }

    record Load32(int destination, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[destination] = c.load32(ea.read(c, 4)) & 0xffffffffL;
        }
    }

    record Load64(int destination, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[destination] = c.load64(ea.read(c, 8));
        }
    }

    record Store32(Ea ea, int source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.store32(ea.write(c, 4), (int) c.regs[source]);
        }
    }

    record Store64(Ea ea, int source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.store64(ea.write(c, 8), c.regs[source]);
        }
    }

    record ZeroExtend(Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, source.get(c));
        }
    }

    record SignExtend(Operand destination, Operand source, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, source.get(c) << shift >> shift);
        }
    }

    record Lea(Operand destination, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, ea.offset(c));
        }
    }

    record Exchange(Operand a, Operand b) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long old = a.get(c);
            a.set(c, b.get(c));
            b.set(c, old);
        }
    }

    /** With memory: locked always. */
    record ExchangeMemory(Ea ea, int size, Operand register) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, size);
            long value = register.get(c);
            long old;
            do {
                old = c.loadLocked(at, size);
            } while (!c.compareAndSet(at, size, old, value));
            register.set(c, old);
        }
    }

    /** The destination is written in any case: its upper half becomes 0. */
    record ConditionalMove(int condition, Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long value = source.get(c);
            destination.set(c, Condition.holds(c, condition) ? value : destination.get(c));
        }
    }

    record SetIf(int condition, Operand destination) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, Condition.holds(c, condition) ? 1 : 0);
        }
    }

    /** XLAT; {@code ea} is without AL. */
    record Translate(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.moved(c, c.regs[0] & 0xff, 1, false);
            c.regs[0] = (c.regs[0] & ~0xffL) | c.load8(at);
        }
    }

    /** CBW, CWDE, CDQE. */
    record Widen(Operand destination, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, c.regs[0] << shift >> shift);
        }
    }

    /** CWD, CDQ, CQO. */
    record SignInto(Operand destination, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, c.regs[0] << shift >> 63);
        }
    }

    record ByteSwap(Operand register, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            register.set(c, swap(register.get(c), size));
        }
    }

    record MoveSwapped(Operand destination, Operand source, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, swap(source.get(c), size));
        }
    }

    private static long swap(long value, int size) {
        return Long.reverseBytes(value) >>> (64 - 8 * size);
    }

    record LoadFlags() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.regs[0] = (c.regs[0] & ~0xff00L) | (long) (c.rflags() & 0xff) << 8;
        }
    }

    record StoreFlags() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int keep = c.arithmeticFlags() & Flags.OF;
            c.arithmeticFlags(((int) (c.regs[0] >> 8) & (Flags.ARITHMETIC & ~Flags.OF)) | keep);
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static Op toMemory(Instruction in) {
        if (in.registerForm()) {
            return registers(in, in.rm(), in.reg());
        }
        return switch (in.operandBytes) {
            case 4 -> new Store32(in.ea(), in.reg());
            case 8 -> new Store64(in.ea(), in.reg());
            default -> new Move(in.rmOperand(), in.regOperand());
        };
    }

    static Op fromMemory(Instruction in) {
        if (in.registerForm()) {
            return registers(in, in.reg(), in.rm());
        }
        return switch (in.operandBytes) {
            case 4 -> new Load32(in.reg(), in.ea());
            case 8 -> new Load64(in.reg(), in.ea());
            default -> new Move(in.regOperand(), in.rmOperand());
        };
    }

    private static Op registers(Instruction in, int destination, int source) {
        int size = in.operandBytes;
        if (size >= 4) {
            return new MoveRegister(destination, source, Instruction.mask(size));
        }
        boolean rex = in.rex != 0;
        return new Move(
                Operand.register(size, destination, rex), Operand.register(size, source, rex));
    }

    /** B0 to BF. */
    static Op immediateToRegister(Instruction in) {
        return setRegister(in, in.opcodeRegister());
    }

    private static Op setRegister(Instruction in, int index) {
        int size = in.operandBytes;
        return size >= 4
                ? new SetRegister(index, in.immediate & Instruction.mask(size))
                : new MoveImmediate(Operand.register(size, index, in.rex != 0), in.immediate);
    }

    static @Nullable Op immediate(Instruction in) {
        if (in.extension() != 0) {
            return null;
        }
        return in.registerForm()
                ? setRegister(in, in.rm())
                : new MoveImmediate(in.rmOperand(), in.immediate);
    }

    /** A0 to A3. */
    static Op accumulatorMemory(Instruction in) {
        int segment = in.segmentOr(X86Vcpu.DS);
        Ea ea =
                new Ea(
                        segment,
                        X86Vcpu.NO_REGISTER,
                        X86Vcpu.NO_REGISTER,
                        0,
                        in.immediate,
                        in.addressMask(),
                        in.checked(segment),
                        false,
                        in.linearMask());
        Operand memory = Operand.memory(in.operandBytes, ea);
        Operand a = Operand.register(in.operandBytes, 0, true);
        return in.opcode < 0xa2 ? new Move(a, memory) : new Move(memory, a);
    }

    static Op zeroExtend(Instruction in) {
        return new ZeroExtend(in.regOperand(), in.rmOperand((in.opcode & 1) == 0 ? 1 : 2));
    }

    static Op signExtend(Instruction in) {
        boolean bytes = (in.opcode & 1) == 0;
        return new SignExtend(in.regOperand(), in.rmOperand(bytes ? 1 : 2), bytes ? 56 : 48);
    }

    /** MOVSXD, which is ARPL outside 64-bit mode. */
    static Op signExtend32(Instruction in) {
        return new SignExtend(
                in.regOperand(),
                in.rmOperand(Math.min(in.operandBytes, 4)),
                in.operandBytes == 2 ? 48 : 32);
    }

    static @Nullable Op lea(Instruction in) {
        return in.registerForm() ? null : new Lea(in.regOperand(), in.ea());
    }

    static Op exchange(Instruction in) {
        return in.registerForm()
                ? new Exchange(in.rmOperand(), in.regOperand())
                : new ExchangeMemory(in.ea(), in.operandBytes, in.regOperand());
    }

    /** 90 to 97: with the accumulator; 90 itself is NOP, or PAUSE after F3. */
    static Op exchangeAccumulator(Instruction in) {
        if (in.opcodeRegister() == 0) {
            return new SystemOps.Nothing(in.repeat == 0xf3);
        }
        int size = in.operandBytes;
        return new Exchange(
                Operand.register(size, 0, true), Operand.register(size, in.opcodeRegister(), true));
    }

    static Op conditionalMove(Instruction in) {
        return new ConditionalMove(in.opcode & 15, in.regOperand(), in.rmOperand());
    }

    static Op setIf(Instruction in) {
        return new SetIf(in.opcode & 15, in.rmOperand(1));
    }

    static Op translate(Instruction in) {
        int segment = in.segmentOr(X86Vcpu.DS);
        return new Translate(
                new Ea(
                        segment,
                        3,
                        X86Vcpu.NO_REGISTER,
                        0,
                        0,
                        in.addressMask(),
                        in.checked(segment),
                        false,
                        in.linearMask()));
    }

    static Op widen(Instruction in) {
        return new Widen(Operand.register(in.operandBytes, 0, true), 64 - 4 * in.operandBytes);
    }

    static Op signInto(Instruction in) {
        return new SignInto(Operand.register(in.operandBytes, 2, true), 64 - 8 * in.operandBytes);
    }

    /** Of 16 bits the result is undefined; it is 0, as processors do. */
    static Op byteSwap(Instruction in) {
        int index = in.opcodeRegister();
        return in.operandBytes == 2
                ? new MoveImmediate(new Operand.Reg16(index), 0)
                : new ByteSwap(Operand.register(in.operandBytes, index, true), in.operandBytes);
    }

    static @Nullable Op moveSwapped(Instruction in) {
        if (in.registerForm()) {
            return null;
        }
        Operand memory = in.rmOperand();
        Operand register = in.regOperand();
        return in.opcode == 0xf0
                ? new MoveSwapped(register, memory, in.operandBytes)
                : new MoveSwapped(memory, register, in.operandBytes);
    }
}
