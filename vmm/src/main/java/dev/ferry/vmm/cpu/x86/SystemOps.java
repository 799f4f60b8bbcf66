package dev.ferry.vmm.cpu.x86;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Instructions on flags, control registers and the processor as a whole. */
final class SystemOps {

    private SystemOps() {}

    /** #UD, and a note that says of what. */
    record Unknown(int start, String bytes) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.note(
                    "undefined instruction at rip 0x"
                            + Long.toHexString(c.rip + start)
                            + ": "
                            + bytes);
            throw c.undefined();
        }
    }

    /** UD0, UD1, UD2: meant to be undefined. */
    record Undefined() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            throw c.undefined();
        }
    }

    /** NOP, and PAUSE, which lets another processor thread of the host go first. */
    record Nothing(boolean pause) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (pause) {
                Thread.onSpinWait();
            }
        }
    }

    /** LFENCE, SFENCE, MFENCE. */
    record Fence() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            VarHandle.fullFence();
        }
    }

    /** CLC, STC, CMC. */
    record Carry(int kind) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.setCarry(kind == 2 ? !c.carry() : kind == 1);
        }
    }

    record Direction(boolean down) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.flags = down ? c.flags | Flags.DF : c.flags & ~Flags.DF;
        }
    }

    record ClearInterrupts() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            requireIo(c);
            c.flags &= ~Flags.IF;
        }
    }

    record SetInterrupts() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            requireIo(c);
            if ((c.flags & Flags.IF) == 0) {
                c.flags |= Flags.IF;
                c.shadow = true;
                c.attend();
            }
        }
    }

    private static void requireIo(X86Vcpu c) {
        if (c.cpl > c.ioPrivilege()) {
            throw c.protection();
        }
    }

    record Halt() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            c.halted = true;
            c.attend();
        }
    }

    record CpuId() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int[] out = c.cpuidResult;
            c.leaveGuest();
            try {
                c.host.cpuid(c, (int) c.regs[0], (int) c.regs[1], out);
            } finally {
                c.enterGuest();
            }
            c.regs[0] = out[0] & 0xffffffffL;
            c.regs[3] = out[1] & 0xffffffffL;
            c.regs[1] = out[2] & 0xffffffffL;
            c.regs[2] = out[3] & 0xffffffffL;
        }
    }

    /** RDTSC, RDTSCP. */
    record Timestamp(boolean withAux) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if ((c.cr4 & X86Vcpu.CR4_TSD) != 0 && c.cpl != 0) {
                throw c.protection();
            }
            long now = MsrAccess.timestamp(c);
            c.regs[0] = now & 0xffffffffL;
            c.regs[2] = now >>> 32;
            if (withAux) {
                c.regs[1] = c.msrs.tscAux & 0xffffffffL;
            }
        }
    }

    record ReadMsr() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            long value = MsrAccess.read(c, (int) c.regs[1]);
            c.regs[0] = value & 0xffffffffL;
            c.regs[2] = value >>> 32;
        }
    }

    record WriteMsr() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            MsrAccess.write(c, (int) c.regs[1], c.regs[2] << 32 | (c.regs[0] & 0xffffffffL));
        }
    }

    record ReadControl(int control, int register, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            c.regs[register] = ControlRegisters.read(c, control) & mask;
        }
    }

    record WriteControl(int control, int register, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            ControlRegisters.write(c, control, c.regs[register] & mask);
        }
    }

    record ReadDebug(int debug, int register, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            c.regs[register] = ControlRegisters.readDebug(c, debug) & mask;
        }
    }

    record WriteDebug(int debug, int register, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            ControlRegisters.writeDebug(c, debug, c.regs[register] & mask);
        }
    }

    record ClearTaskSwitched() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            c.cr0 &= ~X86Vcpu.CR0_TS;
        }
    }

    /** SMSW. */
    record StoreStatusWord(Operand destination) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            userMode(c);
            destination.set(c, c.cr0);
        }
    }

    /** LMSW: cannot clear PE. */
    record LoadStatusWord(Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            long value = source.get(c) & 15;
            ControlRegisters.cr0(c, (c.cr0 & ~14L) | value);
        }
    }

    /** SGDT or SIDT. */
    record StoreTable(boolean interrupts, Ea ea, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            userMode(c);
            long limitAt = ea.write(c, 2);
            long baseAt = ea.moved(c, 2, size, true);
            c.probeStore(baseAt, size);
            c.store16(limitAt, interrupts ? c.idtLimit : c.gdtLimit);
            c.store(baseAt, size, interrupts ? c.idtBase : c.gdtBase);
        }
    }

    /** LGDT or LIDT; a 16-bit operand has only 24 bits of base. */
    record LoadTable(boolean interrupts, Ea ea, int size, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            int limit = c.load16(ea.read(c, 2));
            long base = c.load(ea.readAt(c, 2, size), size) & mask;
            if (interrupts) {
                c.idtBase = base;
                c.idtLimit = limit;
            } else {
                c.gdtBase = base;
                c.gdtLimit = limit;
            }
        }
    }

    record InvalidatePage(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            // The page may be a large one, of which any part may be cached.
            c.flushTlb();
        }
    }

    record SwapGs() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            long base = c.segs[X86Vcpu.GS].base;
            c.segs[X86Vcpu.GS].base = c.msrs.kernelGsBase;
            c.msrs.kernelGsBase = base;
            c.segmentation.modeChanged();
        }
    }

    /** INVD, WBINVD: there is no cache. */
    record Privileged() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
        }
    }

    /** VMCALL, VMMCALL. */
    record Hypercall() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long[] r = c.regs;
            boolean wide = c.code64();
            long mask = wide ? -1 : 0xffffffffL;
            long result;
            c.leaveGuest();
            try {
                result =
                        c.host.hypercall(
                                c,
                                r[0] & mask,
                                r[3] & mask,
                                r[1] & mask,
                                r[2] & mask,
                                r[6] & mask,
                                c.cpl,
                                wide);
            } finally {
                c.enterGuest();
            }
            r[0] = result & mask;
        }
    }

    /** CLFLUSH: only its faults. */
    record FlushLine(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.load8(ea.read(c, 1));
        }
    }

    /** CLAC, STAC. */
    record AccessCheck(boolean allow) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            int flags = c.rflags();
            c.rflags(allow ? flags | Flags.AC : flags & ~Flags.AC);
        }
    }

    private static void userMode(X86Vcpu c) {
        if ((c.cr4 & X86Vcpu.CR4_UMIP) != 0 && c.cpl != 0) {
            throw c.protection();
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static @Nullable Op moveControl(Instruction in) {
        int control = in.reg();
        if (control != 0 && control != 2 && control != 3 && control != 4 && control != 8) {
            return null;
        }
        long mask = in.code64() ? -1 : 0xffffffffL;
        return in.opcode == 0x20
                ? new ReadControl(control, in.rm(), mask)
                : new WriteControl(control, in.rm(), mask);
    }

    static @Nullable Op moveDebug(Instruction in) {
        if (in.reg() > 7) {
            return null;
        }
        long mask = in.code64() ? -1 : 0xffffffffL;
        return in.opcode == 0x21
                ? new ReadDebug(in.reg(), in.rm(), mask)
                : new WriteDebug(in.reg(), in.rm(), mask);
    }

    /** 0F 01. */
    static @Nullable Op group7(Instruction in) {
        int extension = in.extension();
        if (in.memoryForm()) {
            int size = in.code64() ? 8 : 4;
            long mask = in.code64() ? -1 : in.operandBytes == 2 ? 0xffffff : 0xffffffffL;
            return switch (extension) {
                case 0, 1 -> new StoreTable(extension == 1, in.ea(), size);
                case 2, 3 -> new LoadTable(extension == 3, in.ea(), size, mask);
                case 4 -> new StoreStatusWord(in.rmOperand(2));
                case 6 -> new LoadStatusWord(in.rmOperand(2));
                case 7 -> new InvalidatePage(in.ea());
                default -> null;
            };
        }
        return switch (in.modrm) {
            case 0xc1, 0xd9 -> new Hypercall();
            case 0xca -> new AccessCheck(false);
            case 0xcb -> new AccessCheck(true);
            case 0xf8 -> in.code64() ? new SwapGs() : null;
            case 0xf9 -> new Timestamp(true);
            default ->
                    switch (extension) {
                        case 4 -> new StoreStatusWord(in.rmOperand());
                        case 6 -> new LoadStatusWord(in.rmOperand(2));
                        default -> null;
                    };
        };
    }

    /** 0F AE without what belongs to the FPU: fences and CLFLUSH. */
    static @Nullable Op group15(Instruction in) {
        if (in.registerForm()) {
            return in.extension() >= 5 ? new Fence() : null;
        }
        return in.extension() == 7 ? new FlushLine(in.ea()) : null;
    }

    static Op undefined(Instruction in) {
        return new Undefined();
    }
}
