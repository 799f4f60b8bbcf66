package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/**
 * x87 instructions that do not compute: control and status words, the environment, the whole state.
 * They leave the instruction pointer alone.
 *
 * <p>The environment has the layout of protected mode, with 16- or 32-bit words by operand size, in
 * every mode.
 */
final class X87Environment {

    private static final int CONTROL_BITS = 0x1f3f;
    private static final int ALWAYS_ONE = 0x40;

    private X87Environment() {}

    /** What is done. */
    @FunctionalInterface
    interface Work {
        void run(X87 x, Ea ea, int operandBytes);
    }

    /**
     * With a memory operand.
     *
     * @param waits whether a pending exception comes first
     */
    record WithMemory(Work work, Ea ea, int operandBytes, boolean waits) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            available(c, waits);
            work.run(c.x87, ea, operandBytes);
        }
    }

    record WithoutMemory(X87Opcodes.OnRegister work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            available(c, false);
            work.run(c.x87, 0);
        }
    }

    private static void available(X86Vcpu c, boolean waits) {
        if (waits) {
            c.x87.require();
        } else if ((c.cr0 & (X86Vcpu.CR0_EM | X86Vcpu.CR0_TS)) != 0) {
            throw c.fault(CpuFault.NM, 0);
        }
    }

    static @Nullable Op control(Instruction in) {
        Ea ea = in.ea();
        int bytes = in.operandBytes == 2 ? 2 : 4;
        return switch (in.opcode << 4 | in.extension()) {
            case 0xd94 -> new WithMemory(X87Environment::loadAll, ea, bytes, true);
            case 0xd95 -> new WithMemory(X87Environment::loadControl, ea, bytes, true);
            case 0xd96 -> new WithMemory(X87Environment::storeAll, ea, bytes, false);
            case 0xd97 -> new WithMemory((x, a, b) -> store16(x, a, x.c.fpuControl), ea, 2, false);
            case 0xdd4 -> new WithMemory(X87Environment::restore, ea, bytes, true);
            case 0xdd6 -> new WithMemory(X87Environment::save, ea, bytes, false);
            case 0xdd7 -> new WithMemory((x, a, b) -> store16(x, a, x.c.fpuStatus), ea, 2, false);
            default -> null;
        };
    }

    static @Nullable Op registerControl(Instruction in) {
        return switch (in.opcode << 8 | in.modrm) {
            case 0xdbe0, 0xdbe1, 0xdbe4 -> new WithoutMemory((x, i) -> {});
            case 0xdbe2 -> new WithoutMemory((x, i) -> clearExceptions(x));
            case 0xdbe3 -> new WithoutMemory((x, i) -> x.reset());
            case 0xdfe0 ->
                    new WithoutMemory((x, i) -> {
                        long[] regs = x.c.regs;
                        regs[0] = (regs[0] & ~0xffffL) | x.c.fpuStatus;
                    });
            default -> null;
        };
    }

    private static void clearExceptions(X87 x) {
        x.c.fpuStatus &= ~(0x7f | X87.ERROR | X87.BUSY);
    }

    private static void store16(X87 x, Ea ea, int value) {
        x.c.store16(ea.write(x.c, 2), value);
    }

    private static void loadControl(X87 x, Ea ea, int operandBytes) {
        control(x, x.c.load16(ea.read(x.c, 2)));
    }

    static void control(X87 x, int word) {
        x.c.fpuControl = (word & CONTROL_BITS) | ALWAYS_ONE;
        x.review();
    }

    // ---- the environment ------------------------------------------------------------------

    private static int read(X87 x, Ea ea, int index, int size) {
        X86Vcpu c = x.c;
        return (int) c.load(ea.readAt(c, index * size, size), size);
    }

    private static void loadAll(X87 x, Ea ea, int size) {
        X86Vcpu c = x.c;
        ea.readAt(c, 0, 7 * size);
        int control = read(x, ea, 0, size);
        int status = read(x, ea, 1, size);
        int tags = read(x, ea, 2, size);
        int ip = read(x, ea, 3, size);
        int cs = read(x, ea, 4, size);
        int dp = read(x, ea, 5, size);
        int ds = read(x, ea, 6, size);
        long mask = size == 2 ? 0xffff : 0xffffffffL;
        c.fpuStatus = status & 0xffff;
        x.tagWord(tags);
        c.fpuIp = ip & mask;
        c.fpuDp = dp & mask;
        c.fpuOpcode = size == 2 ? 0 : cs >> 16 & 0x7ff;
        x.codeSelector = cs & 0xffff;
        x.dataSelector = ds & 0xffff;
        control(x, control);
    }

    private static void storeAll(X87 x, Ea ea, int size) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, 7 * size);
        c.probeStore(linear, 7 * size);
        put(x, linear, 0, size, c.fpuControl | (size == 4 ? 0xffff0000 : 0));
        put(x, linear, 1, size, c.fpuStatus | (size == 4 ? 0xffff0000 : 0));
        put(x, linear, 2, size, x.tagWord() | (size == 4 ? 0xffff0000 : 0));
        put(x, linear, 3, size, c.fpuIp);
        put(x, linear, 4, size, x.codeSelector | (size == 4 ? c.fpuOpcode << 16 : 0));
        put(x, linear, 5, size, c.fpuDp);
        put(x, linear, 6, size, x.dataSelector | (size == 4 ? 0xffff0000L : 0));
        c.fpuControl |= 0x3f;
        x.review();
    }

    private static void put(X87 x, long linear, int index, int size, long value) {
        X86Vcpu c = x.c;
        c.store(c.wrap(linear + (long) index * size), size, value);
    }

    private static void restore(X87 x, Ea ea, int size) {
        X86Vcpu c = x.c;
        long linear = ea.read(c, 7 * size + 80);
        loadAll(x, ea, size);
        for (int i = 0; i < 8; i++) {
            long at = linear + 7L * size + 10L * i;
            int p = x.physical(i);
            c.fpuMantissa[p] = c.load64(c.wrap(at));
            c.fpuExponent[p] = c.load16(c.wrap(at + 8)) & 0xffff;
        }
    }

    private static void save(X87 x, Ea ea, int size) {
        X86Vcpu c = x.c;
        long linear = ea.write(c, 7 * size + 80);
        c.probeStore(linear, 7 * size + 80);
        storeAll(x, ea, size);
        for (int i = 0; i < 8; i++) {
            long at = linear + 7L * size + 10L * i;
            int p = x.physical(i);
            c.store64(c.wrap(at), c.fpuMantissa[p]);
            c.store16(c.wrap(at + 8), c.fpuExponent[p]);
        }
        x.reset();
    }
}
