package dev.ferry.vmm.cpu.x86;

import static dev.ferry.vmm.cpu.x86.Form.FAR;
import static dev.ferry.vmm.cpu.x86.Form.IB;
import static dev.ferry.vmm.cpu.x86.Form.IW;
import static dev.ferry.vmm.cpu.x86.Form.MODRM;
import static dev.ferry.vmm.cpu.x86.Form.MODRM_REGISTER;
import static dev.ferry.vmm.cpu.x86.Form.NONE;
import static dev.ferry.vmm.cpu.x86.Opcode.BYTE;
import static dev.ferry.vmm.cpu.x86.Opcode.END;
import static dev.ferry.vmm.cpu.x86.Opcode.JUMP;
import static dev.ferry.vmm.cpu.x86.Opcode.LOCK;
import static dev.ferry.vmm.cpu.x86.Opcode.NO64;
import static dev.ferry.vmm.cpu.x86.Opcode.PROTECTED;
import static dev.ferry.vmm.cpu.x86.Opcode.STACK;
import static dev.ferry.vmm.cpu.x86.Opcode.STORES;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import org.jspecify.annotations.Nullable;

/** The rows of segments, far transfers, ports and the processor itself. */
final class SystemOpcodes {

    private SystemOpcodes() {}

    static void addTo(OpcodeTable t) {
        flags(t);
        ports(t);
        segments(t);
        transfers(t);
        system(t);
        hints(t);
        one(t, 0xff, "group 5", MODRM, STORES | LOCK | Opcode.MAYBE_JUMP, SystemOpcodes::group5);
    }

    private static void one(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        t.add(OpcodeTable.ONE, op, name, form, traits, f);
    }

    private static void two(
            OpcodeTable t, int op, String name, Form form, int traits, Opcode.Factory f) {
        t.add(OpcodeTable.TWO, op, name, form, traits, f);
    }

    private static @Nullable Op group5(Instruction in) {
        int extension = in.extension();
        if (in.lock && extension > 1) {
            return null;
        }
        if (in.code64() && (extension == 2 || extension == 4)) {
            in.operandBytes = 8;
        } else if (in.code64() && extension == 6) {
            in.operandBytes = in.operandPrefix ? 2 : 8;
        }
        return switch (extension) {
            case 0, 1 -> AluOps.incDec(in);
            case 2 -> BranchOps.callTo(in);
            case 4 -> BranchOps.jumpTo(in);
            case 3, 5 -> TransferOps.farIndirect(in);
            case 6 -> StackOps.pushMemory(in);
            default -> null;
        };
    }

    private static void flags(OpcodeTable t) {
        one(t, 0xf5, "cmc", NONE, 0, in -> new SystemOps.Carry(2));
        one(t, 0xf8, "clc", NONE, 0, in -> new SystemOps.Carry(0));
        one(t, 0xf9, "stc", NONE, 0, in -> new SystemOps.Carry(1));
        one(t, 0xfa, "cli", NONE, 0, in -> new SystemOps.ClearInterrupts());
        one(t, 0xfb, "sti", NONE, END, in -> new SystemOps.SetInterrupts());
        one(t, 0xfc, "cld", NONE, 0, in -> new SystemOps.Direction(false));
        one(t, 0xfd, "std", NONE, 0, in -> new SystemOps.Direction(true));
        one(t, 0xf4, "hlt", NONE, END, in -> new SystemOps.Halt());
    }

    private static void ports(OpcodeTable t) {
        for (int op : new int[] {0xe4, 0xe6}) {
            one(t, op, "in/out", IB, END | BYTE, IoOps::of);
            one(t, op + 1, "in/out", IB, END, IoOps::of);
            one(t, op + 8, "in/out", NONE, END | BYTE, IoOps::of);
            one(t, op + 9, "in/out", NONE, END, IoOps::of);
        }
        for (int op = 0x6c; op < 0x70; op++) {
            int traits = STORES | ((op & 1) == 0 ? BYTE : 0);
            t.add(
                    OpcodeTable.ONE,
                    Mandatory.F3,
                    op,
                    "rep ins/outs",
                    NONE,
                    traits | JUMP,
                    StringOps::of);
            t.add(
                    OpcodeTable.ONE,
                    Mandatory.F2,
                    op,
                    "rep ins/outs",
                    NONE,
                    traits | JUMP,
                    StringOps::of);
            one(t, op, "ins/outs", NONE, traits | END, StringOps::of);
        }
    }

    private static void segments(OpcodeTable t) {
        one(t, 0x8c, "mov", MODRM, STORES, SegmentOps::store);
        one(t, 0x8e, "mov", MODRM, END, SegmentOps::load);
        for (int op : new int[] {0x06, 0x0e, 0x16, 0x1e}) {
            one(t, op, "push", NONE, STORES | NO64, SegmentOps::push);
            if (op != 0x0e) {
                one(t, op + 1, "pop", NONE, END | NO64, SegmentOps::pop);
            }
        }
        for (int op : new int[] {0xa0, 0xa8}) {
            two(t, op, "push", NONE, STORES | STACK, SegmentOps::push);
            two(t, op + 1, "pop", NONE, END | STACK, SegmentOps::pop);
        }
        one(t, 0xc4, "les", MODRM, END | NO64, SegmentOps::loadPointer);
        one(t, 0xc5, "lds", MODRM, END | NO64, SegmentOps::loadPointer);
        for (int op : new int[] {0xb2, 0xb4, 0xb5}) {
            two(t, op, "lss", MODRM, END, SegmentOps::loadPointer);
        }
        two(t, 0x00, "group 6", MODRM, STORES | END | PROTECTED, SegmentOps::group6);
        two(t, 0x02, "lar", MODRM, PROTECTED, SegmentOps::inquire);
        two(t, 0x03, "lsl", MODRM, PROTECTED, SegmentOps::inquire);
        one(t, 0x63, "arpl", MODRM, STORES, SystemOpcodes::arplOrExtend);
        t.add(OpcodeTable.TWO, Mandatory.F3, 0xae, "fsgsbase", MODRM, END, SegmentOps::bases);
    }

    private static @Nullable Op arplOrExtend(Instruction in) {
        if (in.code64()) {
            return MoveOps.signExtend32(in);
        }
        return (in.mode & X86Vcpu.PROTECTED) == 0 ? null : SegmentOps.adjustRpl(in);
    }

    private static void transfers(OpcodeTable t) {
        one(t, 0x9a, "call far", FAR, JUMP | STORES | NO64, TransferOps::farCall);
        one(t, 0xea, "jmp far", FAR, JUMP | NO64, TransferOps::farJump);
        one(t, 0xca, "retf", IW, JUMP, TransferOps::farReturn);
        one(t, 0xcb, "retf", NONE, JUMP, TransferOps::farReturn);
        one(t, 0xcc, "int3", NONE, JUMP, in -> new TransferOps.Breakpoint(in.next));
        one(t, 0xcd, "int", IB, JUMP, TransferOps::interrupt);
        one(t, 0xce, "into", NONE, JUMP | NO64, in -> new TransferOps.OverflowTrap(in.next));
        one(t, 0xcf, "iret", NONE, JUMP, TransferOps::interruptReturn);
        one(t, 0xf1, "int1", NONE, JUMP, in -> new TransferOps.DebugTrap(in.next));
        one(t, 0x62, "bound", MODRM, NO64, TransferOps::bound);
        two(t, 0x05, "syscall", NONE, JUMP, in -> new TransferOps.SystemCall(in.next));
        two(
                t,
                0x07,
                "sysret",
                NONE,
                JUMP,
                in -> new TransferOps.SystemReturn(in.operandBytes == 8));
        two(t, 0x34, "sysenter", NONE, JUMP | PROTECTED, in -> new TransferOps.SystemEnter());
        two(
                t,
                0x35,
                "sysexit",
                NONE,
                JUMP | PROTECTED,
                in -> new TransferOps.SystemExit(in.operandBytes == 8));
    }

    private static void system(OpcodeTable t) {
        two(t, 0x01, "group 7", MODRM, STORES | END, SystemOps::group7);
        two(t, 0x06, "clts", NONE, END, in -> new SystemOps.ClearTaskSwitched());
        two(t, 0x08, "invd", NONE, 0, in -> new SystemOps.Privileged());
        two(t, 0x09, "wbinvd", NONE, 0, in -> new SystemOps.Privileged());
        two(t, 0x0b, "ud2", NONE, JUMP, SystemOps::undefined);
        two(t, 0xb9, "ud1", MODRM, JUMP, SystemOps::undefined);
        two(t, 0xff, "ud0", MODRM, JUMP, SystemOps::undefined);
        two(t, 0x20, "mov cr", MODRM_REGISTER, END, SystemOps::moveControl);
        two(t, 0x22, "mov cr", MODRM_REGISTER, END, SystemOps::moveControl);
        two(t, 0x21, "mov dr", MODRM_REGISTER, END, SystemOps::moveDebug);
        two(t, 0x23, "mov dr", MODRM_REGISTER, END, SystemOps::moveDebug);
        two(t, 0x30, "wrmsr", NONE, END, in -> new SystemOps.WriteMsr());
        two(t, 0x31, "rdtsc", NONE, END, in -> new SystemOps.Timestamp(false));
        two(t, 0x32, "rdmsr", NONE, END, in -> new SystemOps.ReadMsr());
        two(t, 0xa2, "cpuid", NONE, END, in -> new SystemOps.CpuId());
        two(t, 0xae, "fences", MODRM, 0, SystemOps::group15);
    }

    /** What need not do anything. */
    private static void hints(OpcodeTable t) {
        two(t, 0x0d, "prefetchw", MODRM, 0, in -> new SystemOps.Nothing(false));
        for (int op = 0x18; op < 0x20; op++) {
            two(t, op, "nop", MODRM, 0, in -> new SystemOps.Nothing(false));
        }
    }
}
