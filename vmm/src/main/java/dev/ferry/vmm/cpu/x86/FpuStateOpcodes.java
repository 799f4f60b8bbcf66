package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import org.jspecify.annotations.Nullable;

/**
 * The part of 0F AE that is about floating point: FXSAVE and FXRSTOR, MXCSR.
 *
 * <pre>
 *   0  u16  control word          16  data pointer; selector at 20, or 64 bits with REX.W
 *   2  u16  status word           24  u32  MXCSR
 *   4  u8   tags, a bit each      28  u32  the bits of it that exist
 *   6  u16  opcode                32  ST(0) to ST(7), 16 bytes each
 *   8  instruction pointer; selector at 12, or 64 bits with REX.W
 * 160  XMM0 to XMM7, in 64-bit mode to XMM15
 * </pre>
 */
final class FpuStateOpcodes {

    /** Bits of MXCSR that exist. */
    static final int MXCSR_MASK = 0xffff;

    private FpuStateOpcodes() {}

    static void addTo(OpcodeTable t) {
        t.add(
                OpcodeTable.TWO,
                Mandatory.NONE,
                0xae,
                "FXSAVE",
                Form.MODRM,
                Opcode.STORES,
                FpuStateOpcodes::make);
    }

    private static @Nullable Op make(Instruction in) {
        if (in.registerForm()) {
            return SystemOps.group15(in);
        }
        boolean wide = (in.rex & 8) != 0;
        int registers = in.code64() ? 16 : 8;
        return switch (in.extension()) {
            case 0 -> new Save(in.ea(), wide, registers);
            case 1 -> new Restore(in.ea(), wide, registers);
            case 2 -> new LoadMxcsr(in.ea());
            case 3 -> new StoreMxcsr(in.ea());
            default -> SystemOps.group15(in);
        };
    }

    record LoadMxcsr(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            int value = c.load32(ea.read(c, 4));
            if ((value & ~MXCSR_MASK) != 0) {
                throw c.protection();
            }
            c.mxcsr = value;
        }
    }

    record StoreMxcsr(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.store32(ea.write(c, 4), c.mxcsr);
        }
    }

    private static void require(X86Vcpu c) {
        if ((c.cr0 & (X86Vcpu.CR0_EM | X86Vcpu.CR0_TS)) != 0) {
            throw c.fault(CpuFault.NM, 0);
        }
    }

    private static long aligned(X86Vcpu c, long linear) {
        if ((linear & 15) != 0) {
            throw c.protection();
        }
        return linear;
    }

    record Save(Ea ea, boolean wide, int registers) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            require(c);
            long to = aligned(c, ea.write(c, 512));
            c.probeStore(to, 512);
            X87 x = c.x87;
            c.store64(
                    to,
                    c.fpuControl
                            | (long) c.fpuStatus << 16
                            | (long) c.fpuTags << 32
                            | (long) c.fpuOpcode << 48);
            c.store64(at(c, to, 8), wide ? c.fpuIp : pointer(c.fpuIp, x.codeSelector));
            c.store64(at(c, to, 16), wide ? c.fpuDp : pointer(c.fpuDp, x.dataSelector));
            c.store64(at(c, to, 24), c.mxcsr | (long) MXCSR_MASK << 32);
            for (int i = 0; i < 8; i++) {
                int p = x.physical(i);
                c.store64(at(c, to, 32 + 16 * i), c.fpuMantissa[p]);
                c.store64(at(c, to, 40 + 16 * i), c.fpuExponent[p]);
            }
            if ((c.cr4 & X86Vcpu.CR4_OSFXSR) != 0) {
                for (int i = 0; i < 2 * registers; i++) {
                    c.store64(at(c, to, 160 + 8 * i), c.xmm[i]);
                }
            }
        }

        private static long pointer(long offset, int selector) {
            return (offset & 0xffffffffL) | (long) selector << 32;
        }
    }

    private static long at(X86Vcpu c, long linear, int offset) {
        return c.wrap(linear + offset);
    }

    record Restore(Ea ea, boolean wide, int registers) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            require(c);
            long from = aligned(c, ea.read(c, 512));
            int mxcsr = c.load32(at(c, from, 24));
            if ((mxcsr & ~MXCSR_MASK) != 0) {
                throw c.protection();
            }
            // The last byte first: a fault leaves everything as it was.
            c.load8(at(c, from, 511));
            long words = c.load64(from);
            c.fpuStatus = (int) (words >> 16) & 0xffff;
            c.fpuTags = (int) (words >> 32) & 0xff;
            c.fpuOpcode = (int) (words >> 48) & 0x7ff;
            long ip = c.load64(at(c, from, 8));
            long dp = c.load64(at(c, from, 16));
            X87 x = c.x87;
            c.fpuIp = wide ? ip : ip & 0xffffffffL;
            c.fpuDp = wide ? dp : dp & 0xffffffffL;
            if (!wide) {
                x.codeSelector = (int) (ip >> 32) & 0xffff;
                x.dataSelector = (int) (dp >> 32) & 0xffff;
            }
            X87Environment.control(x, (int) words & 0xffff);
            for (int i = 0; i < 8; i++) {
                int p = x.physical(i);
                c.fpuMantissa[p] = c.load64(at(c, from, 32 + 16 * i));
                c.fpuExponent[p] = c.load16(at(c, from, 40 + 16 * i)) & 0xffff;
            }
            if ((c.cr4 & X86Vcpu.CR4_OSFXSR) != 0) {
                c.mxcsr = mxcsr;
                for (int i = 0; i < 2 * registers; i++) {
                    c.xmm[i] = c.load64(at(c, from, 160 + 8 * i));
                }
            }
        }
    }
}
