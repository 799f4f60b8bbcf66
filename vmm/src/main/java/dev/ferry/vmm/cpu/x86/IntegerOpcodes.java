package dev.ferry.vmm.cpu.x86;

import static dev.ferry.vmm.cpu.x86.Form.IB;
import static dev.ferry.vmm.cpu.x86.Form.IV;
import static dev.ferry.vmm.cpu.x86.Form.IW;
import static dev.ferry.vmm.cpu.x86.Form.IW_IB;
import static dev.ferry.vmm.cpu.x86.Form.IZ;
import static dev.ferry.vmm.cpu.x86.Form.MODRM;
import static dev.ferry.vmm.cpu.x86.Form.MODRM_IB;
import static dev.ferry.vmm.cpu.x86.Form.MODRM_IZ;
import static dev.ferry.vmm.cpu.x86.Form.MODRM_TEST;
import static dev.ferry.vmm.cpu.x86.Form.MOFFS;
import static dev.ferry.vmm.cpu.x86.Form.NONE;
import static dev.ferry.vmm.cpu.x86.Opcode.BYTE;
import static dev.ferry.vmm.cpu.x86.Opcode.JUMP;
import static dev.ferry.vmm.cpu.x86.Opcode.LOCK;
import static dev.ferry.vmm.cpu.x86.Opcode.NEAR;
import static dev.ferry.vmm.cpu.x86.Opcode.NO64;
import static dev.ferry.vmm.cpu.x86.Opcode.STACK;
import static dev.ferry.vmm.cpu.x86.Opcode.STORES;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import org.jspecify.annotations.Nullable;

/** The rows of what programs are made of. */
final class IntegerOpcodes {

    private IntegerOpcodes() {}

    static void addTo(OpcodeTable t) {
        arithmetic(t);
        moves(t);
        shifts(t);
        stack(t);
        branches(t);
        strings(t);
        decimal(t);
        bits(t);
        atomics(t);
    }

    /** A one-byte opcode. */
    private static void one(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        t.add(OpcodeTable.ONE, op, name, form, traits, f);
    }

    /** The opcode for bytes, and the one after it for words. */
    private static void pair(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        one(t, op, name, form, traits | BYTE, f);
        one(t, op + 1, name, form, traits, f);
    }

    /** An opcode after 0F. */
    private static void two(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        t.add(OpcodeTable.TWO, op, name, form, traits, f);
    }

    private static void pair0f(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        two(t, op, name, form, traits | BYTE, f);
        two(t, op + 1, name, form, traits, f);
    }

    private static final String[] ALU = {"add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"};

    private static void arithmetic(OpcodeTable t) {
        for (int kind = 0; kind < 8; kind++) {
            int op = kind << 3;
            int stores = kind == 7 ? 0 : STORES | LOCK;
            pair(t, op, ALU[kind], MODRM, stores, AluOps::memoryRegister);
            pair(t, op + 2, ALU[kind], MODRM, 0, AluOps::registerMemory);
            one(t, op + 4, ALU[kind], IB, BYTE, AluOps::accumulator);
            one(t, op + 5, ALU[kind], IZ, 0, AluOps::accumulator);
        }
        one(t, 0x80, "group 1", MODRM_IB, STORES | LOCK | BYTE, AluOps::group1);
        one(t, 0x81, "group 1", MODRM_IZ, STORES | LOCK, AluOps::group1);
        one(t, 0x82, "group 1", MODRM_IB, STORES | LOCK | BYTE | NO64, AluOps::group1);
        one(t, 0x83, "group 1", MODRM_IB, STORES | LOCK, AluOps::group1);
        pair(t, 0x84, "test", MODRM, 0, AluOps::test);
        one(t, 0xa8, "test", IB, BYTE, AluOps::testAccumulator);
        one(t, 0xa9, "test", IZ, 0, AluOps::testAccumulator);
        for (int op = 0x40; op < 0x50; op++) {
            one(t, op, op < 0x48 ? "inc" : "dec", NONE, NO64, AluOps::incDecRegister);
        }
        one(t, 0xf6, "group 3", MODRM_TEST, STORES | LOCK | BYTE, IntegerOpcodes::group3);
        one(t, 0xf7, "group 3", MODRM_TEST, STORES | LOCK, IntegerOpcodes::group3);
        one(t, 0xfe, "group 4", MODRM, STORES | LOCK | BYTE, IntegerOpcodes::group4);
        one(t, 0x69, "imul", MODRM_IZ, 0, MultiplyOps::immediate);
        one(t, 0x6b, "imul", MODRM_IB, 0, MultiplyOps::immediate);
        two(t, 0xaf, "imul", MODRM, 0, MultiplyOps::registerMemory);
    }

    private static @Nullable Op group3(Instruction in) {
        Operand rm = in.rmOperand();
        int extension = in.extension();
        if (in.lock && extension != 2 && extension != 3) {
            return null;
        }
        return switch (extension) {
            case 0, 1 -> new AluOps.TestImmediate(rm, in.immediate, in.shift());
            case 2 -> Modifier.of(in, new AluOps.Not());
            case 3 -> Modifier.of(in, new AluOps.Neg(in.shift()));
            case 4, 5 -> new MultiplyOps.Multiply(rm, in.operandBytes, extension == 5);
            case 6 -> new MultiplyOps.Divide(rm, in.operandBytes);
            default -> new MultiplyOps.DivideSigned(rm, in.operandBytes);
        };
    }

    private static @Nullable Op group4(Instruction in) {
        return in.extension() > 1 ? null : AluOps.incDec(in);
    }

    private static void moves(OpcodeTable t) {
        pair(t, 0x88, "mov", MODRM, STORES, MoveOps::toMemory);
        pair(t, 0x8a, "mov", MODRM, 0, MoveOps::fromMemory);
        pair(t, 0xa0, "mov", MOFFS, 0, MoveOps::accumulatorMemory);
        pair(t, 0xa2, "mov", MOFFS, STORES, MoveOps::accumulatorMemory);
        for (int r = 0; r < 8; r++) {
            one(t, 0xb0 + r, "mov", IV, BYTE, MoveOps::immediateToRegister);
            one(t, 0xb8 + r, "mov", IV, 0, MoveOps::immediateToRegister);
            one(t, 0x90 + r, "xchg", NONE, 0, MoveOps::exchangeAccumulator);
            two(t, 0xc8 + r, "bswap", NONE, 0, MoveOps::byteSwap);
        }
        one(t, 0xc6, "mov", MODRM_IB, STORES | BYTE, MoveOps::immediate);
        one(t, 0xc7, "mov", MODRM_IZ, STORES, MoveOps::immediate);
        pair(t, 0x86, "xchg", MODRM, STORES | LOCK, MoveOps::exchange);
        one(t, 0x8d, "lea", MODRM, 0, MoveOps::lea);
        one(t, 0xd7, "xlat", NONE, 0, MoveOps::translate);
        one(t, 0x98, "cbw", NONE, 0, MoveOps::widen);
        one(t, 0x99, "cwd", NONE, 0, MoveOps::signInto);
        one(t, 0x9e, "sahf", NONE, 0, in -> new MoveOps.StoreFlags());
        one(t, 0x9f, "lahf", NONE, 0, in -> new MoveOps.LoadFlags());
        for (int k = 0; k < 16; k++) {
            two(t, 0x40 + k, "cmov", MODRM, 0, MoveOps::conditionalMove);
            two(t, 0x90 + k, "set", MODRM, STORES, MoveOps::setIf);
        }
        two(t, 0xb6, "movzx", MODRM, 0, MoveOps::zeroExtend);
        two(t, 0xb7, "movzx", MODRM, 0, MoveOps::zeroExtend);
        two(t, 0xbe, "movsx", MODRM, 0, MoveOps::signExtend);
        two(t, 0xbf, "movsx", MODRM, 0, MoveOps::signExtend);
        for (Mandatory p : new Mandatory[] {Mandatory.NONE, Mandatory.P66}) {
            t.add(OpcodeTable.THREE_38, p, 0xf0, "movbe", MODRM, 0, MoveOps::moveSwapped);
            t.add(OpcodeTable.THREE_38, p, 0xf1, "movbe", MODRM, STORES, MoveOps::moveSwapped);
        }
    }

    private static void shifts(OpcodeTable t) {
        pair(t, 0xc0, "shift", MODRM_IB, STORES, ShiftOps::byImmediate);
        pair(t, 0xd0, "shift", MODRM, STORES, ShiftOps::byOne);
        pair(t, 0xd2, "shift", MODRM, STORES, ShiftOps::byCount);
        two(t, 0xa4, "shld", MODRM_IB, STORES, ShiftOps::doubled);
        two(t, 0xa5, "shld", MODRM, STORES, ShiftOps::doubled);
        two(t, 0xac, "shrd", MODRM_IB, STORES, ShiftOps::doubled);
        two(t, 0xad, "shrd", MODRM, STORES, ShiftOps::doubled);
    }

    private static void stack(OpcodeTable t) {
        for (int r = 0; r < 8; r++) {
            one(t, 0x50 + r, "push", NONE, STORES | STACK, StackOps::push);
            one(t, 0x58 + r, "pop", NONE, STACK, StackOps::pop);
        }
        one(t, 0x68, "push", IZ, STORES | STACK, StackOps::pushImmediate);
        one(t, 0x6a, "push", IB, STORES | STACK, StackOps::pushImmediate);
        one(
                t,
                0x8f,
                "pop",
                MODRM,
                STORES | STACK,
                in -> in.extension() == 0 ? StackOps.popMemory(in) : null);
        one(t, 0x60, "pusha", NONE, STORES | NO64, in -> new StackOps.PushAll(in.operandBytes));
        one(t, 0x61, "popa", NONE, NO64, in -> new StackOps.PopAll(in.operandBytes));
        one(t, 0x9c, "pushf", NONE, STORES | STACK, in -> new StackOps.PushFlags(in.operandBytes));
        one(
                t,
                0x9d,
                "popf",
                NONE,
                STACK | Opcode.END,
                in -> new StackOps.PopFlags(in.operandBytes));
        one(
                t,
                0xc8,
                "enter",
                IW_IB,
                STORES | STACK,
                in -> new StackOps.Enter(in.operandBytes, (int) in.immediate, in.immediate2 & 31));
        one(t, 0xc9, "leave", NONE, STACK, in -> new StackOps.Leave(in.operandBytes));
    }

    private static void branches(OpcodeTable t) {
        for (int k = 0; k < 16; k++) {
            one(t, 0x70 + k, "jcc", IB, JUMP | NEAR, BranchOps::jumpIf);
            two(t, 0x80 + k, "jcc", IZ, JUMP | NEAR, BranchOps::jumpIf);
        }
        for (int k = 0; k < 3; k++) {
            one(t, 0xe0 + k, "loop", IB, JUMP | NEAR, BranchOps::loop);
        }
        one(t, 0xe3, "jcxz", IB, JUMP | NEAR, BranchOps::jumpIfCountZero);
        one(t, 0xe8, "call", IZ, JUMP | NEAR | STORES, BranchOps::call);
        one(t, 0xe9, "jmp", IZ, JUMP | NEAR, BranchOps::jump);
        one(t, 0xeb, "jmp", IB, JUMP | NEAR, BranchOps::jump);
        one(t, 0xc2, "ret", IW, JUMP | NEAR, BranchOps::returnNear);
        one(t, 0xc3, "ret", NONE, JUMP | NEAR, BranchOps::returnNear);
    }

    private static void strings(OpcodeTable t) {
        for (int op : new int[] {0xa4, 0xa6, 0xaa, 0xac, 0xae}) {
            for (int width = 0; width < 2; width++) {
                int traits = STORES | (width == 0 ? BYTE : 0);
                int at = op + width;
                t.add(
                        OpcodeTable.ONE,
                        Mandatory.F3,
                        at,
                        "rep string",
                        NONE,
                        traits | JUMP,
                        StringOps::of);
                t.add(
                        OpcodeTable.ONE,
                        Mandatory.F2,
                        at,
                        "rep string",
                        NONE,
                        traits | JUMP,
                        StringOps::of);
                one(t, at, "string", NONE, traits, StringOps::of);
            }
        }
    }

    private static void decimal(OpcodeTable t) {
        one(t, 0x27, "daa", NONE, NO64, in -> new BcdOps.DecimalAdjust(false));
        one(t, 0x2f, "das", NONE, NO64, in -> new BcdOps.DecimalAdjust(true));
        one(t, 0x37, "aaa", NONE, NO64, in -> new BcdOps.AsciiAdjust(false));
        one(t, 0x3f, "aas", NONE, NO64, in -> new BcdOps.AsciiAdjust(true));
        one(t, 0xd4, "aam", IB, NO64, in -> new BcdOps.Multiply((int) in.immediate & 0xff));
        one(t, 0xd5, "aad", IB, NO64, in -> new BcdOps.Divide((int) in.immediate & 0xff));
    }

    private static void bits(OpcodeTable t) {
        two(t, 0xa3, "bt", MODRM, 0, BitOps::byRegister);
        two(t, 0xab, "bts", MODRM, STORES | LOCK, BitOps::byRegister);
        two(t, 0xb3, "btr", MODRM, STORES | LOCK, BitOps::byRegister);
        two(t, 0xbb, "btc", MODRM, STORES | LOCK, BitOps::byRegister);
        two(t, 0xba, "bt", MODRM_IB, STORES | LOCK, BitOps::byImmediate);
        two(t, 0xbc, "bsf", MODRM, 0, BitOps::scan);
        two(t, 0xbd, "bsr", MODRM, 0, BitOps::scan);
        t.add(OpcodeTable.TWO, Mandatory.F3, 0xb8, "popcnt", MODRM, 0, BitOps::countOnes);
    }

    private static void atomics(OpcodeTable t) {
        pair0f(t, 0xb0, "cmpxchg", MODRM, STORES | LOCK, AtomicOps::compareExchange);
        pair0f(t, 0xc0, "xadd", MODRM, STORES | LOCK, AtomicOps::exchangeAdd);
        two(t, 0xc7, "cmpxchg8b", MODRM, STORES | LOCK, AtomicOps::compareExchangeWide);
    }
}
