package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** Instructions on segment registers and descriptors. */
final class SegmentOps {

    private SegmentOps() {}

    /** MOV to a segment register; one to SS covers the next instruction. */
    record Load(int segment, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.segmentation.load(segment, (int) source.get(c) & 0xffff);
            shadow(c, segment);
        }
    }

    record Pop(int segment, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int selector = (int) c.peek(size, 0) & 0xffff;
            long mask = c.stackMask;
            long top = c.regs[4] + size;
            c.segmentation.load(segment, selector);
            c.regs[4] = (c.regs[4] & ~mask & 0xffffffffL) | (top & mask);
            shadow(c, segment);
        }
    }

    private static void shadow(X86Vcpu c, int segment) {
        if (segment == X86Vcpu.SS) {
            c.shadow = true;
            c.attend();
        }
    }

    /** To a register, as wide as the operand; to memory, 16 bits. */
    record Store(int segment, Operand destination) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, c.segs[segment].selector);
        }
    }

    /** LES, LDS, LSS, LFS, LGS. */
    record LoadPointer(int segment, Operand destination, Ea ea, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long offset = c.load(ea.read(c, size), size);
            int selector = c.load16(ea.readAt(c, size, 2));
            c.segmentation.load(segment, selector);
            destination.set(c, offset);
        }
    }

    /** SLDT, STR. */
    record StoreSystem(boolean task, Operand destination) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if ((c.cr4 & X86Vcpu.CR4_UMIP) != 0 && c.cpl != 0) {
                throw c.protection();
            }
            destination.set(c, task ? c.tr.selector : c.ldt.selector);
        }
    }

    /** LLDT, LTR. */
    record LoadSystem(boolean task, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSupervisor();
            int selector = (int) source.get(c);
            if (task) {
                c.segmentation.loadTask(selector);
            } else {
                c.segmentation.loadLdt(selector);
            }
        }
    }

    /** VERR, VERW. */
    record Verify(boolean write, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int selector = (int) source.get(c);
            Descriptor d = lookUp(c, selector);
            boolean fits =
                    d != null
                            && d.segment()
                            && (write ? d.writableData() : d.readable())
                            && visible(c, selector, d);
            c.setZero(fits);
        }
    }

    /** LAR, LSL. */
    record Inquire(boolean limit, Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int selector = (int) source.get(c);
            Descriptor d = lookUp(c, selector);
            boolean fits = d != null && visible(c, selector, d) && known(c, d);
            c.setZero(fits);
            if (fits && d != null) {
                destination.set(c, limit ? d.limit() & 0xffffffffL : d.high() & 0xf0ff00L);
            }
        }

        private boolean known(X86Vcpu c, Descriptor d) {
            if (d.segment()) {
                return true;
            }
            int type = d.type();
            boolean task = type == 9 || type == 11 || type == 2;
            boolean old = type == 1 || type == 3;
            if (limit) {
                return task || (old && !c.longMode());
            }
            return task || type == 12 || ((old || type == 4 || type == 5) && !c.longMode());
        }
    }

    private static @Nullable Descriptor lookUp(X86Vcpu c, int selector) {
        if ((selector & 0xfffc) == 0) {
            return null;
        }
        try {
            return c.segmentation.descriptor(selector, CpuFault.GP);
        } catch (CpuFault e) {
            if (e.vector == CpuFault.PF) {
                throw e;
            }
            return null;
        }
    }

    private static boolean visible(X86Vcpu c, int selector, Descriptor d) {
        return (d.code() && d.conforming()) || d.dpl() >= Math.max(c.cpl, selector & 3);
    }

    record AdjustRpl(Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long d = destination.getForSet(c);
            long s = source.get(c) & 3;
            boolean raise = (d & 3) < s;
            destination.set(c, raise ? (d & ~3L) | s : d);
            c.setZero(raise);
        }
    }

    record ReadBase(int segment, Operand destination) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            require(c);
            destination.set(c, c.segs[segment].base);
        }

        private static void require(X86Vcpu c) {
            if ((c.cr4 & X86Vcpu.CR4_FSGSBASE) == 0) {
                throw c.undefined();
            }
        }
    }

    record WriteBase(int segment, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            ReadBase.require(c);
            MsrAccess.base(c, segment, source.get(c));
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static @Nullable Op load(Instruction in) {
        int segment = in.extension();
        return segment == X86Vcpu.CS || segment > X86Vcpu.GS
                ? null
                : new Load(segment, in.rmOperand(2));
    }

    static @Nullable Op store(Instruction in) {
        int segment = in.extension();
        return segment > X86Vcpu.GS
                ? null
                : new Store(segment, in.rmOperand(in.memoryForm() ? 2 : in.operandBytes));
    }

    private static int segmentOf(int opcode) {
        return opcode >> 3 & 7;
    }

    static Op push(Instruction in) {
        return new StackOps.PushSegment(segmentOf(in.opcode), in.operandBytes);
    }

    static Op pop(Instruction in) {
        return new Pop(segmentOf(in.opcode), in.operandBytes);
    }

    static @Nullable Op loadPointer(Instruction in) {
        if (in.registerForm()) {
            return null;
        }
        int segment =
                switch (in.opcode) {
                    case 0xc4 -> X86Vcpu.ES;
                    case 0xc5 -> X86Vcpu.DS;
                    case 0xb2 -> X86Vcpu.SS;
                    case 0xb4 -> X86Vcpu.FS;
                    default -> X86Vcpu.GS;
                };
        return new LoadPointer(segment, in.regOperand(), in.ea(), in.operandBytes);
    }

    /** 0F 00. */
    static @Nullable Op group6(Instruction in) {
        int extension = in.extension();
        return switch (extension) {
            case 0, 1 ->
                    new StoreSystem(
                            extension == 1, in.rmOperand(in.memoryForm() ? 2 : in.operandBytes));
            case 2, 3 -> new LoadSystem(extension == 3, in.rmOperand(2));
            case 4, 5 -> new Verify(extension == 5, in.rmOperand(2));
            default -> null;
        };
    }

    static Op inquire(Instruction in) {
        return new Inquire(in.opcode == 3, in.regOperand(), in.rmOperand(2));
    }

    static Op adjustRpl(Instruction in) {
        return new AdjustRpl(in.rmOperand(2), in.regOperand(2));
    }

    /** 0F AE with F3: RDFSBASE and so on. */
    static @Nullable Op bases(Instruction in) {
        if (in.memoryForm() || !in.code64() || in.extension() > 3) {
            return SystemOps.group15(in);
        }
        int segment = (in.extension() & 1) == 0 ? X86Vcpu.FS : X86Vcpu.GS;
        Operand register = in.rmOperand();
        return in.extension() < 2
                ? new ReadBase(segment, register)
                : new WriteBase(segment, register);
    }
}
