package dev.ferry.vmm.cpu.x86;

/** How SSE instructions get their operands; what they do with them is a {@link Work}. */
final class Xmm {

    private Xmm() {}

    /**
     * What an instruction does.
     *
     * <p>{@code d} is the place of the destination's low half in {@link X86Vcpu#xmm}; the high half
     * is after it. {@code low} and {@code high} are the source.
     */
    @FunctionalInterface
    interface Work {
        void apply(X86Vcpu c, int d, long low, long high, int immediate);
    }

    /** Makes rows of it, for a source of that many bytes where it is in memory. */
    static Opcode.Factory source(int bytes, Work work) {
        return in -> {
            int d = 2 * in.reg();
            int immediate = (int) in.immediate & 0xff;
            if (in.registerForm()) {
                return new FromRegister(d, 2 * in.rm(), immediate, work);
            }
            return switch (bytes) {
                case 4 -> new FromMemory32(d, in.ea(), immediate, work);
                case 8 -> new FromMemory64(d, in.ea(), immediate, work);
                default -> new FromMemory128(d, in.ea(), immediate, true, work);
            };
        };
    }

    record FromRegister(int d, int s, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            work.apply(c, d, c.xmm[s], c.xmm[s + 1], immediate);
        }
    }

    record FromMemory32(int d, Ea ea, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            work.apply(c, d, c.load32(ea.read(c, 4)) & 0xffffffffL, 0, immediate);
        }
    }

    record FromMemory64(int d, Ea ea, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            work.apply(c, d, c.load64(ea.read(c, 8)), 0, immediate);
        }
    }

    record FromMemory128(int d, Ea ea, int immediate, boolean aligned, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            long linear = ea.read(c, 16);
            if (aligned && (linear & 15) != 0) {
                throw c.protection();
            }
            long low = c.load64(linear);
            work.apply(c, d, low, c.load64(c.wrap(linear + 8)), immediate);
        }
    }

    /** MOVAPS and the like between registers. */
    record Copy(int d, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            long[] xmm = c.xmm;
            xmm[d] = xmm[s];
            xmm[d + 1] = xmm[s + 1];
        }
    }

    record Load(int d, Ea ea, boolean aligned) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            long linear = ea.read(c, 16);
            if (aligned && (linear & 15) != 0) {
                throw c.protection();
            }
            c.load128(linear, c.xmm, d);
        }
    }

    record Store(int s, Ea ea, boolean aligned) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            long linear = ea.write(c, 16);
            if (aligned && (linear & 15) != 0) {
                throw c.protection();
            }
            c.store128(linear, c.xmm, s);
        }
    }

    /** A low or high half to memory. */
    record Store64(int half, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.store64(ea.write(c, 8), c.xmm[half]);
        }
    }

    record Store32(int s, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.store32(ea.write(c, 4), (int) c.xmm[s]);
        }
    }

    /** A doubleword or quadword from memory, the rest of the register zero. */
    record LoadZeroing(int d, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.xmm[d] = source.get(c);
            c.xmm[d + 1] = 0;
        }
    }

    /** A half of a register from memory; the other half stays. */
    record LoadHalf(int half, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.xmm[half] = c.load64(ea.read(c, 8));
        }
    }

    /** A general register or memory from an XMM register's low end. */
    record ToGeneral(Operand destination, int s) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            destination.set(c, c.xmm[s]);
        }
    }

    /** What is made of a register's content, or of memory's, in a general register. */
    @FunctionalInterface
    interface Value {
        long of(X86Vcpu c, long low, long high, int immediate);
    }

    /** MOVMSKPS, PEXTRW, CVTSD2SI and the like. */
    record RegisterToGeneral(Operand destination, int s, int immediate, Value value) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            destination.set(c, value.of(c, c.xmm[s], c.xmm[s + 1], immediate));
        }
    }

    record MemoryToGeneral(Operand destination, Operand source, Value value) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            destination.set(c, value.of(c, source.get(c), 0, 0));
        }
    }

    /** CVTSI2SD, PINSRW and the like. */
    record FromGeneral(int d, Operand source, int immediate, Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            work.apply(c, d, source.get(c), 0, immediate);
        }
    }
}
