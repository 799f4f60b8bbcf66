package dev.ferry.vmm.cpu.x86;

/**
 * Where an operand is: a register or memory, of a fixed size. Values are zero-extended when read,
 * and cut off when written.
 */
sealed interface Operand {

    /** Bytes. */
    int size();

    long get(X86Vcpu c);

    void set(X86Vcpu c, long value);

    /** As {@link #get}, of an operand that {@link #set} follows for: memory must be writable. */
    default long getForSet(X86Vcpu c) {
        return get(c);
    }

    /** AL, CL, DL, BL, and with REX all the other low bytes. */
    record Reg8(int index) implements Operand {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.regs[index] & 0xff;
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.regs[index] = (c.regs[index] & ~0xffL) | (value & 0xff);
        }
    }

    /** AH, CH, DH, BH; {@code index} is that of the register it is part of. */
    record Reg8High(int index) implements Operand {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.regs[index] >>> 8 & 0xff;
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.regs[index] = (c.regs[index] & ~0xff00L) | (value & 0xff) << 8;
        }
    }

    record Reg16(int index) implements Operand {
        @Override
        public int size() {
            return 2;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.regs[index] & 0xffff;
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.regs[index] = (c.regs[index] & ~0xffffL) | (value & 0xffff);
        }
    }

    record Reg32(int index) implements Operand {
        @Override
        public int size() {
            return 4;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.regs[index] & 0xffffffffL;
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.regs[index] = value & 0xffffffffL;
        }
    }

    record Reg64(int index) implements Operand {
        @Override
        public int size() {
            return 8;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.regs[index];
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.regs[index] = value;
        }
    }

    record Mem8(Ea ea) implements Operand {
        @Override
        public int size() {
            return 1;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.load8(ea.read(c, 1));
        }

        @Override
        public long getForSet(X86Vcpu c) {
            return c.loadForStore(ea.write(c, 1), 1);
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.store8(ea.write(c, 1), (int) value);
        }
    }

    record Mem16(Ea ea) implements Operand {
        @Override
        public int size() {
            return 2;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.load16(ea.read(c, 2));
        }

        @Override
        public long getForSet(X86Vcpu c) {
            return c.loadForStore(ea.write(c, 2), 2);
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.store16(ea.write(c, 2), (int) value);
        }
    }

    record Mem32(Ea ea) implements Operand {
        @Override
        public int size() {
            return 4;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.load32(ea.read(c, 4)) & 0xffffffffL;
        }

        @Override
        public long getForSet(X86Vcpu c) {
            return c.load32ForStore(ea.write(c, 4)) & 0xffffffffL;
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.store32(ea.write(c, 4), (int) value);
        }
    }

    record Mem64(Ea ea) implements Operand {
        @Override
        public int size() {
            return 8;
        }

        @Override
        public long get(X86Vcpu c) {
            return c.load64(ea.read(c, 8));
        }

        @Override
        public long getForSet(X86Vcpu c) {
            return c.load64ForStore(ea.write(c, 8));
        }

        @Override
        public void set(X86Vcpu c, long value) {
            c.store64(ea.write(c, 8), value);
        }
    }

    /** A register of that size; 4 to 7 are AH to BH at 1 byte unless {@code rex}. */
    static Operand register(int size, int index, boolean rex) {
        return switch (size) {
            case 1 -> index >= 4 && index < 8 && !rex ? new Reg8High(index - 4) : new Reg8(index);
            case 2 -> new Reg16(index);
            case 4 -> new Reg32(index);
            default -> new Reg64(index);
        };
    }

    static Operand memory(int size, Ea ea) {
        return switch (size) {
            case 1 -> new Mem8(ea);
            case 2 -> new Mem16(ea);
            case 4 -> new Mem32(ea);
            default -> new Mem64(ea);
        };
    }
}
