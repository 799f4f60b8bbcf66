package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import org.jspecify.annotations.Nullable;

/** MMX: the mantissas of the x87 registers, by their physical numbers. */
final class Mmx {

    private static final Mandatory NONE = Mandatory.NONE;

    private Mmx() {}

    /** What an instruction does with a register and a source. */
    @FunctionalInterface
    interface Work {
        void apply(X86Vcpu c, int d, long s, int immediate);
    }

    static Opcode.Factory source(Work work) {
        return in -> {
            int d = in.modrm >> 3 & 7;
            int immediate = (int) in.immediate & 0xff;
            return in.registerForm()
                    ? new FromRegister(d, in.modrm & 7, immediate, work)
                    : new FromMemory(d, new Operand.Mem64(in.ea()), immediate, work);
        };
    }

    record FromRegister(int d, int s, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            work.apply(c, d, c.fpuMantissa[s], immediate);
        }
    }

    /** From memory or from a general register. */
    record FromMemory(int d, Operand source, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            work.apply(c, d, source.get(c), immediate);
        }
    }

    /** To memory or to a general register. */
    record Store(Operand destination, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            destination.set(c, c.fpuMantissa[s]);
        }
    }

    record Emms() implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            c.fpuTags = 0;
        }
    }

    /** 71, 72 and 73 without a prefix. */
    static @Nullable Op shift(Instruction in, Packed.Lanes[] lanes) {
        Packed.Lanes lane = lanes[in.extension()];
        if (in.memoryForm() || lane == null) {
            return null;
        }
        int d = in.modrm & 7;
        return new FromRegister(
                d, d, (int) in.immediate & 0xff, (c, x, s, i) -> c.mmx(x, lane.apply(s, i)));
    }

    private static int register(Instruction in) {
        return in.modrm >> 3 & 7;
    }

    private static int general(Instruction in) {
        return (in.rex & 8) != 0 ? 8 : 4;
    }

    static void addTo(OpcodeTable t) {
        int two = OpcodeTable.TWO;
        t.add(
                two,
                NONE,
                0x6e,
                "MOVD",
                Form.MODRM,
                0,
                in ->
                        new FromMemory(
                                register(in),
                                in.rmOperand(general(in)),
                                0,
                                (c, d, s, i) -> c.mmx(d, s)));
        t.add(
                two,
                NONE,
                0x7e,
                "MOVD",
                Form.MODRM,
                Opcode.STORES,
                in -> new Store(in.rmOperand(general(in)), register(in)));
        t.add(two, NONE, 0x6f, "MOVQ", Form.MODRM, 0, source((c, d, s, i) -> c.mmx(d, s)));
        t.add(
                two,
                NONE,
                0x7f,
                "MOVQ",
                Form.MODRM,
                Opcode.STORES,
                in ->
                        in.memoryForm()
                                ? new Store(in.rmOperand(8), register(in))
                                : new FromRegister(
                                        in.modrm & 7,
                                        register(in),
                                        0,
                                        (c, d, s, i) -> c.mmx(d, s)));
        t.add(
                two,
                NONE,
                0xe7,
                "MOVNTQ",
                Form.MODRM,
                Opcode.STORES,
                in -> in.memoryForm() ? new Store(in.rmOperand(8), register(in)) : null);
        t.add(two, NONE, 0x77, "EMMS", Form.NONE, 0, in -> new Emms());
        t.add(
                two,
                NONE,
                0xc4,
                "PINSRW",
                Form.MODRM_IB,
                0,
                in ->
                        new FromMemory(
                                register(in),
                                in.memoryForm() ? in.rmOperand(2) : in.rmOperand(4),
                                16 * ((int) in.immediate & 3),
                                (c, d, s, i) ->
                                        c.mmx(
                                                d,
                                                (c.fpuMantissa[d] & ~(0xffffL << i))
                                                        | (s & 0xffff) << i)));
        t.add(
                two,
                NONE,
                0xc5,
                "PEXTRW",
                Form.MODRM_IB,
                0,
                in ->
                        in.registerForm()
                                ? new ToGeneral(
                                        in.regOperand(4),
                                        in.modrm & 7,
                                        16 * ((int) in.immediate & 3))
                                : null);
        t.add(
                two,
                NONE,
                0xd7,
                "PMOVMSKB",
                Form.MODRM,
                0,
                in -> in.registerForm() ? new Mask(in.regOperand(4), in.modrm & 7) : null);
        t.add(
                two,
                Mandatory.F3,
                0xd6,
                "MOVQ2DQ",
                Form.MODRM,
                0,
                in -> in.registerForm() ? new ToXmm(2 * in.reg(), in.modrm & 7) : null);
        t.add(
                two,
                Mandatory.F2,
                0xd6,
                "MOVDQ2Q",
                Form.MODRM,
                0,
                in -> in.registerForm() ? new FromXmm(register(in), 2 * in.rm()) : null);
        t.add(
                two,
                NONE,
                0xf7,
                "MASKMOVQ",
                Form.MODRM,
                Opcode.STORES,
                in ->
                        in.registerForm()
                                ? new MaskedStore(
                                        register(in),
                                        in.modrm & 7,
                                        new Ea(
                                                in.segmentOr(X86Vcpu.DS),
                                                7,
                                                X86Vcpu.NO_REGISTER,
                                                0,
                                                0,
                                                in.addressMask(),
                                                in.checked(in.segmentOr(X86Vcpu.DS)),
                                                false,
                                                in.linearMask()))
                                : null);
    }

    record ToGeneral(Operand destination, int s, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            destination.set(c, c.fpuMantissa[s] >>> shift & 0xffff);
        }
    }

    record Mask(Operand destination, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            destination.set(c, Packed.byteSigns(c.fpuMantissa[s]));
        }
    }

    record ToXmm(int d, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.requireMmx();
            c.xmm[d] = c.fpuMantissa[s];
            c.xmm[d + 1] = 0;
        }
    }

    record FromXmm(int d, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.requireMmx();
            c.mmx(d, c.xmm[s]);
        }
    }

    record MaskedStore(int s, int mask, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireMmx();
            for (int k = 0; k < 8; k++) {
                if ((c.fpuMantissa[mask] >>> (8 * k) & 0x80) != 0) {
                    c.store8(ea.moved(c, k, 1, true), (int) (c.fpuMantissa[s] >>> (8 * k)));
                }
            }
        }
    }
}
