package dev.ferry.vmm.cpu.x86;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** D8 to DF. */
final class X87Opcodes {

    private X87Opcodes() {}

    /** An instruction that names a register, or none. */
    @FunctionalInterface
    interface OnRegister {
        void run(X87 x, int i);
    }

    /** An instruction with a memory operand. */
    @FunctionalInterface
    interface OnMemory {
        void run(X87 x, Ea ea);
    }

    static void addTo(OpcodeTable t) {
        for (int opcode = 0xd8; opcode <= 0xdf; opcode++) {
            t.add(OpcodeTable.ONE, opcode, "x87", Form.MODRM, Opcode.STORES, X87Opcodes::make);
        }
        t.add(OpcodeTable.ONE, 0x9b, "FWAIT", Form.NONE, 0, in -> new Wait());
    }

    private static @Nullable Op make(Instruction in) {
        int opcode = (in.opcode & 7) << 8 | in.modrm;
        if (in.memoryForm()) {
            Op control = X87Environment.control(in);
            if (control != null) {
                return control;
            }
            OnMemory work = memory(in.opcode, in.extension());
            return work == null ? null : new Memory(work, in.ea(), opcode, in.start);
        }
        Op control = X87Environment.registerControl(in);
        if (control != null) {
            return control;
        }
        OnRegister work =
                in.opcode == 0xd9 && in.modrm >= 0xd0
                        ? single(in.modrm)
                        : register(in.opcode, in.extension(), in.modrm & 7);
        return work == null ? null : new Register(work, in.modrm & 7, opcode, in.start);
    }

    record Register(OnRegister work, int i, int opcode, int start) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            X87 x = c.x87;
            x.require();
            work.run(x, i);
            c.fpuOpcode = opcode;
            c.fpuIp = c.rip + start & c.ripMask;
            x.codeSelector = c.segs[X86Vcpu.CS].selector;
        }
    }

    record Memory(OnMemory work, Ea ea, int opcode, int start) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            X87 x = c.x87;
            x.require();
            work.run(x, ea);
            c.fpuOpcode = opcode;
            c.fpuIp = c.rip + start & c.ripMask;
            c.fpuDp = ea.offset(c);
            x.codeSelector = c.segs[X86Vcpu.CS].selector;
            x.dataSelector = c.segs[ea.segment()].selector;
        }
    }

    record Wait() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if ((c.cr0 & X86Vcpu.CR0_MP) != 0 && (c.cr0 & X86Vcpu.CR0_TS) != 0) {
                throw c.fault(CpuFault.NM, 0);
            }
            if ((c.fpuStatus & X87.ERROR) != 0 && (c.cr0 & X86Vcpu.CR0_NE) != 0) {
                throw c.fault(CpuFault.MF, 0);
            }
        }
    }

    private static @Nullable OnMemory memory(int opcode, int which) {
        return switch (opcode) {
            case 0xd8, 0xdc -> {
                int bytes = opcode == 0xd8 ? 4 : 8;
                yield (x, ea) -> {
                    X87Memory.operandReal(x, ea, bytes);
                    X87Arithmetic.group(x, which, 0);
                };
            }
            case 0xda, 0xde -> {
                int bytes = opcode == 0xda ? 4 : 2;
                yield (x, ea) -> {
                    X87Memory.operandInteger(x, ea, bytes);
                    X87Arithmetic.group(x, which, 0);
                };
            }
            case 0xd9, 0xdd -> real(opcode == 0xd9 ? 4 : 8, which);
            case 0xdb -> integer(4, which);
            default -> integer(2, which);
        };
    }

    private static @Nullable OnMemory real(int bytes, int which) {
        return switch (which) {
            case 0 -> (x, ea) -> X87Memory.loadReal(x, ea, bytes);
            case 1 -> bytes == 4 ? null : (x, ea) -> X87Memory.storeInteger(x, ea, 8, true, true);
            case 2 -> (x, ea) -> X87Memory.storeReal(x, ea, bytes, false);
            case 3 -> (x, ea) -> X87Memory.storeReal(x, ea, bytes, true);
            default -> null;
        };
    }

    private static @Nullable OnMemory integer(int bytes, int which) {
        boolean word = bytes == 2;
        return switch (which) {
            case 0 -> (x, ea) -> X87Memory.loadInteger(x, ea, bytes);
            case 1 -> (x, ea) -> X87Memory.storeInteger(x, ea, bytes, true, true);
            case 2 -> (x, ea) -> X87Memory.storeInteger(x, ea, bytes, false, false);
            case 3 -> (x, ea) -> X87Memory.storeInteger(x, ea, bytes, true, false);
            case 4 -> word ? X87Memory::loadDecimal : null;
            case 5 -> word ? (x, ea) -> X87Memory.loadInteger(x, ea, 8) : X87Memory::loadExtended;
            case 6 -> word ? X87Memory::storeDecimal : null;
            default ->
                    word
                            ? (x, ea) -> X87Memory.storeInteger(x, ea, 8, true, false)
                            : X87Memory::storeExtended;
        };
    }

    private static @Nullable OnRegister register(int opcode, int which, int i) {
        return switch (opcode) {
            case 0xd8 -> arithmetic(which, false, false);
            case 0xd9 -> which == 0 ? X87Opcodes::load : X87Opcodes::exchange;
            case 0xda ->
                    which < 4 ? move(which, false) : which == 5 && i == 1 ? unordered(2) : null;
            case 0xdb ->
                    switch (which) {
                        case 0, 1, 2, 3 -> move(which, true);
                        case 5 -> (x, k) -> X87Arithmetic.compareToFlags(x, k, true, false);
                        case 6 -> (x, k) -> X87Arithmetic.compareToFlags(x, k, false, false);
                        default -> null;
                    };
            case 0xdc -> arithmetic(which, true, false);
            case 0xdd ->
                    switch (which) {
                        case 0 -> X87::free;
                        case 1 -> X87Opcodes::exchange;
                        case 2 -> (x, k) -> store(x, k, false);
                        case 3 -> (x, k) -> store(x, k, true);
                        case 4 -> unordered(0);
                        case 5 -> unordered(1);
                        default -> null;
                    };
            case 0xde ->
                    which == 3
                            ? i == 1
                                    ? (x, k) -> X87Arithmetic.compareRegisters(x, k, false, 2)
                                    : null
                            : which == 2
                                    ? (x, k) -> X87Arithmetic.compareRegisters(x, k, false, 1)
                                    : arithmetic(which, true, true);
            default ->
                    switch (which) {
                        case 0 ->
                                (x, k) -> {
                                    x.free(k);
                                    x.pop();
                                };
                        case 1 -> X87Opcodes::exchange;
                        case 2, 3 -> (x, k) -> store(x, k, true);
                        case 5 -> (x, k) -> X87Arithmetic.compareToFlags(x, k, true, true);
                        case 6 -> (x, k) -> X87Arithmetic.compareToFlags(x, k, false, true);
                        default -> null;
                    };
        };
    }

    private static OnRegister unordered(int pops) {
        return (x, i) -> X87Arithmetic.compareRegisters(x, i, true, pops);
    }

    private static OnRegister arithmetic(int which, boolean toOther, boolean pop) {
        if (which == 2 || which == 3) {
            return (x, i) -> X87Arithmetic.compareRegisters(x, i, false, which - 2);
        }
        return (x, i) -> {
            x.begin();
            x.get(x.soft.b, i);
            X87Arithmetic.group(x, which, toOther ? i : 0);
            if (pop && (x.c.fpuStatus & X87.ERROR) == 0) {
                x.pop();
            }
        };
    }

    private static void load(X87 x, int i) {
        x.begin();
        x.c.fpuStatus &= ~X87.C1;
        if (x.get(x.soft.a, i)) {
            int p = x.physical(i);
            x.push(x.c.fpuExponent[p], x.c.fpuMantissa[p]);
        } else if (x.commit()) {
            x.push();
        }
    }

    private static void store(X87 x, int i, boolean pop) {
        x.begin();
        x.c.fpuStatus &= ~X87.C1;
        if (x.get(x.soft.a, 0)) {
            x.copy(i, 0);
        } else if (x.commit()) {
            x.set(i);
        } else {
            return;
        }
        if (pop) {
            x.pop();
        }
    }

    private static void exchange(X87 x, int i) {
        x.begin();
        X86Vcpu c = x.c;
        c.fpuStatus &= ~X87.C1;
        if (!filled(x, 0) || !filled(x, i)) {
            return;
        }
        int p = x.physical(0);
        int q = x.physical(i);
        int exponent = c.fpuExponent[p];
        long mantissa = c.fpuMantissa[p];
        c.fpuExponent[p] = c.fpuExponent[q];
        c.fpuMantissa[p] = c.fpuMantissa[q];
        c.fpuExponent[q] = exponent;
        c.fpuMantissa[q] = mantissa;
    }

    /** Whether there is something in a register, if only the response to its emptiness. */
    private static boolean filled(X87 x, int i) {
        if (!x.get(x.soft.a, i)) {
            if (!x.commit()) {
                return false;
            }
            x.set(i);
        }
        return true;
    }

    /** FCMOVcc. */
    private static OnRegister move(int which, boolean negated) {
        int mask =
                switch (which) {
                    case 0 -> Flags.CF;
                    case 1 -> Flags.ZF;
                    case 2 -> Flags.CF | Flags.ZF;
                    default -> Flags.PF;
                };
        return (x, i) -> {
            if ((x.c.arithmeticFlags() & mask) != 0 != negated) {
                x.begin();
                if (x.get(x.soft.a, i)) {
                    x.copy(0, i);
                } else if (x.commit()) {
                    x.set(0);
                }
            }
        };
    }

    /** D9 D0 and following. */
    private static @Nullable OnRegister single(int modrm) {
        return switch (modrm) {
            case 0xd0 -> (x, i) -> {};
            case 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf -> (x, i) -> store(x, i, true);
            case 0xe0 -> (x, i) -> X87Arithmetic.sign(x, 0xffff, 0x8000);
            case 0xe1 -> (x, i) -> X87Arithmetic.sign(x, 0x7fff, 0);
            case 0xe4 -> (x, i) -> X87Arithmetic.test(x);
            case 0xe5 -> (x, i) -> X87Arithmetic.examine(x);
            case 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed, 0xee -> X87Transcendental::constant;
            case 0xf0 -> unary(X87Transcendental::exponentialLessOne, false);
            case 0xf1 -> (x, i) -> X87Transcendental.binary(x, X87Transcendental::timesLog);
            case 0xf2 -> (x, i) -> X87Transcendental.two(x, Math::tan, v -> 1);
            case 0xf3 -> (x, i) -> X87Transcendental.binary(x, Math::atan2);
            case 0xf4 -> (x, i) -> X87Arithmetic.extract(x);
            case 0xf5 -> (x, i) -> X87Arithmetic.remainder(x, true);
            case 0xf6 -> (x, i) -> turned(x, -1);
            case 0xf7 -> (x, i) -> turned(x, 1);
            case 0xf8 -> (x, i) -> X87Arithmetic.remainder(x, false);
            case 0xf9 ->
                    (x, i) -> X87Transcendental.binary(x, X87Transcendental::timesLogOfOneMore);
            case 0xfa -> (x, i) -> X87Arithmetic.unary(x, true);
            case 0xfb -> (x, i) -> X87Transcendental.two(x, Math::sin, Math::cos);
            case 0xfc -> (x, i) -> X87Arithmetic.unary(x, false);
            case 0xfd -> (x, i) -> X87Arithmetic.scale(x);
            case 0xfe -> unary(Math::sin, true);
            case 0xff -> unary(Math::cos, true);
            default -> null;
        };
    }

    private static OnRegister unary(DoubleUnaryOperator f, boolean limited) {
        return (x, i) -> X87Transcendental.unary(x, f, limited);
    }

    private static void turned(X87 x, int by) {
        x.c.fpuStatus &= ~X87.C1;
        x.turn(by);
    }
}
