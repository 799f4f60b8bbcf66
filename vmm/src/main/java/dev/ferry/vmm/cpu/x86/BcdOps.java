package dev.ferry.vmm.cpu.x86;

/** AAA, AAS, AAM, AAD, DAA, DAS. */
final class BcdOps {

    private BcdOps() {}

    record AsciiAdjust(boolean subtract) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int ax = (int) c.regs[0] & 0xffff;
            int f = c.arithmeticFlags();
            boolean adjust = (ax & 15) > 9 || (f & Flags.AF) != 0;
            if (adjust) {
                int al = ax & 0xff;
                int ah = ax >> 8;
                if (subtract) {
                    boolean borrow = al < 6;
                    al = al - 6;
                    ah = ah - 1 - (borrow ? 1 : 0);
                } else {
                    boolean carry = al > 0xf9;
                    al = al + 6;
                    ah = ah + 1 + (carry ? 1 : 0);
                }
                ax = (ah & 0xff) << 8 | (al & 15);
                f |= Flags.AF | Flags.CF;
            } else {
                ax &= 0xff0f;
                f &= ~(Flags.AF | Flags.CF);
            }
            c.regs[0] = (c.regs[0] & ~0xffffL) | ax;
            c.arithmeticFlags(f);
        }
    }

    record DecimalAdjust(boolean subtract) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int old = (int) c.regs[0] & 0xff;
            int f = c.arithmeticFlags();
            boolean oldCarry = (f & Flags.CF) != 0;
            int al = old;
            boolean carry = false;
            boolean aux = (old & 15) > 9 || (f & Flags.AF) != 0;
            if (aux) {
                carry = oldCarry || (subtract ? old < 6 : old > 0xf9);
                al += subtract ? -6 : 6;
            }
            if (old > 0x99 || oldCarry) {
                al += subtract ? -0x60 : 0x60;
                carry = true;
            } else if (!subtract) {
                carry = false;
            }
            al &= 0xff;
            c.regs[0] = (c.regs[0] & ~0xffL) | al;
            c.logic(al, 56);
            c.arithmeticFlags(c.arithmeticFlags() | (carry ? Flags.CF : 0) | (aux ? Flags.AF : 0));
        }
    }

    record Multiply(int base) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (base == 0) {
                throw c.fault(CpuFault.DE, 0);
            }
            int al = (int) c.regs[0] & 0xff;
            c.regs[0] = (c.regs[0] & ~0xffffL) | ((al / base) << 8) | al % base;
            c.logic(al % base, 56);
        }
    }

    record Divide(int base) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int al = (int) c.regs[0] & 0xff;
            int ah = (int) c.regs[0] >> 8 & 0xff;
            int r = ah * base + al & 0xff;
            c.regs[0] = (c.regs[0] & ~0xffffL) | r;
            c.logic(r, 56);
        }
    }
}
