package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** Far transfers, software interrupts, system calls. */
final class TransferOps {

    private TransferOps() {}

    record FarJump(int selector, long offset, int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            FarTransfer.jump(c, selector, offset, after(c, next));
        }
    }

    record FarCall(int selector, long offset, int size, int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            FarTransfer.call(c, selector, offset, size, after(c, next));
        }
    }

    /** FF /3 and FF /5. */
    record FarIndirect(boolean call, Ea ea, int size, int next) implements Transfer {
        @Override
        public void exec(X86Vcpu c) {
            long offset = c.load(ea.read(c, size), size);
            int selector = c.load16(ea.readAt(c, size, 2));
            if (call) {
                FarTransfer.call(c, selector, offset, size, after(c, next));
            } else {
                FarTransfer.jump(c, selector, offset, after(c, next));
            }
        }
    }

    record FarReturn(int size, int release) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            FarTransfer.back(c, size, release);
        }
    }

    record InterruptReturn(int size, int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            FarTransfer.interruptReturn(c, size, after(c, next));
        }
    }

    /** INT n. */
    record Interrupt(int vector, int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (c.virtual8086() && c.ioPrivilege() < 3) {
                throw c.protection();
            }
            c.interrupts.software(vector, after(c, next));
        }
    }

    /** INT3. */
    record Breakpoint(int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.interrupts.software(CpuFault.BP, after(c, next));
        }
    }

    record DebugTrap(int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.interrupts.software(CpuFault.DB, after(c, next));
        }
    }

    record OverflowTrap(int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (c.overflow()) {
                c.interrupts.software(CpuFault.OF, after(c, next));
            } else {
                c.rip = after(c, next);
            }
        }
    }

    record Bound(Operand index, Ea ea, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int shift = 64 - 8 * size;
            long value = index.get(c) << shift >> shift;
            long low = c.load(ea.read(c, size), size) << shift >> shift;
            long high = c.load(ea.readAt(c, size, size), size) << shift >> shift;
            if (value < low || value > high) {
                throw c.fault(CpuFault.BR, 0);
            }
        }
    }

    private static long after(X86Vcpu c, int next) {
        return c.rip + next & c.ripMask;
    }

    /** SYSCALL. */
    record SystemCall(int next) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if ((c.efer & X86Vcpu.EFER_SCE) == 0 || !c.protectedMode()) {
                throw c.undefined();
            }
            ModelRegisters m = c.msrs;
            int selector = (int) (m.star >>> 32) & 0xffff;
            if (c.longMode()) {
                boolean wide = c.code64();
                c.regs[1] = after(c, next);
                c.regs[11] = c.rflags() & ~Flags.RF;
                c.rflags(c.rflags() & ~((int) m.fmask | Flags.RF));
                flat(c, X86Vcpu.SS, selector + 8 & 0xfffc, 0, 0xc09300);
                flat(c, X86Vcpu.CS, selector & 0xfffc, 0, 0xa09b00);
                c.segmentation.modeChanged();
                c.rip = wide ? m.lstar : m.cstar;
            } else {
                c.regs[1] = after(c, next);
                c.rflags(c.rflags() & ~(Flags.IF | Flags.RF | Flags.VM));
                flat(c, X86Vcpu.SS, selector + 8 & 0xfffc, 0, 0xc09300);
                flat(c, X86Vcpu.CS, selector & 0xfffc, 0, 0xc09b00);
                c.segmentation.modeChanged();
                c.rip = m.star & 0xffffffffL;
            }
        }
    }

    private static void flat(X86Vcpu c, int segment, int selector, int level, int flags) {
        c.segs[segment].set(selector | level, 0, -1, flags | level << 13);
    }

    /** SYSRET. */
    record SystemReturn(boolean wide) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if ((c.efer & X86Vcpu.EFER_SCE) == 0) {
                throw c.undefined();
            }
            if (c.cpl != 0 || !c.protectedMode()) {
                throw c.protection();
            }
            int selector = (int) (c.msrs.star >>> 48) & 0xffff;
            if (c.longMode()) {
                long to = c.regs[1];
                if (wide && to << 16 >> 16 != to) {
                    throw c.protection();
                }
                int flags = (int) c.regs[11] & ~(Flags.RF | Flags.VM);
                c.rflags(flags);
                flat(c, X86Vcpu.SS, selector + 8 & 0xfffc, 3, 0xc09300);
                if (wide) {
                    flat(c, X86Vcpu.CS, selector + 16 & 0xfffc, 3, 0xa09b00);
                } else {
                    flat(c, X86Vcpu.CS, selector & 0xfffc, 3, 0xc09b00);
                }
                c.segmentation.modeChanged();
                c.rip = wide ? to : to & 0xffffffffL;
            } else {
                c.rflags(c.rflags() | Flags.IF);
                flat(c, X86Vcpu.SS, selector + 8 & 0xfffc, 3, 0xc09300);
                flat(c, X86Vcpu.CS, selector & 0xfffc, 3, 0xc09b00);
                c.segmentation.modeChanged();
                c.rip = c.regs[1] & 0xffffffffL;
            }
        }
    }

    /** SYSENTER. */
    record SystemEnter() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            ModelRegisters m = c.msrs;
            int selector = m.sysenterCs & 0xfffc;
            if (selector == 0) {
                throw c.protection();
            }
            c.rflags(c.rflags() & ~(Flags.VM | Flags.IF | Flags.RF));
            flat(c, X86Vcpu.CS, selector, 0, c.longMode() ? 0xa09b00 : 0xc09b00);
            flat(c, X86Vcpu.SS, selector + 8, 0, 0xc09300);
            c.segmentation.modeChanged();
            c.regs[4] = c.longMode() ? m.sysenterEsp : m.sysenterEsp & 0xffffffffL;
            c.rip = c.longMode() ? m.sysenterEip : m.sysenterEip & 0xffffffffL;
        }
    }

    /** SYSEXIT. */
    record SystemExit(boolean wide) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int selector = c.msrs.sysenterCs & 0xfffc;
            if (selector == 0 || c.cpl != 0) {
                throw c.protection();
            }
            flat(c, X86Vcpu.CS, selector + (wide ? 32 : 16), 3, wide ? 0xa09b00 : 0xc09b00);
            flat(c, X86Vcpu.SS, selector + (wide ? 40 : 24), 3, 0xc09300);
            long mask = wide ? -1 : 0xffffffffL;
            c.segmentation.modeChanged();
            c.regs[4] = c.regs[1] & mask;
            c.rip = c.regs[2] & mask;
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static Op farJump(Instruction in) {
        return new FarJump(in.immediate2, in.immediate, in.next);
    }

    static Op farCall(Instruction in) {
        return new FarCall(in.immediate2, in.immediate, in.operandBytes, in.next);
    }

    static @Nullable Op farIndirect(Instruction in) {
        return in.registerForm()
                ? null
                : new FarIndirect(in.extension() == 3, in.ea(), in.operandBytes, in.next);
    }

    static Op farReturn(Instruction in) {
        return new FarReturn(in.operandBytes, in.opcode == 0xca ? (int) in.immediate : 0);
    }

    static Op interruptReturn(Instruction in) {
        return new InterruptReturn(in.operandBytes, in.next);
    }

    static Op interrupt(Instruction in) {
        return new Interrupt((int) in.immediate & 0xff, in.next);
    }

    static @Nullable Op bound(Instruction in) {
        return in.registerForm() ? null : new Bound(in.regOperand(), in.ea(), in.operandBytes);
    }
}
