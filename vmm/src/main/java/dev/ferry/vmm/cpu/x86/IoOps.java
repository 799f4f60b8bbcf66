package dev.ferry.vmm.cpu.x86;

/** IN and OUT. */
final class IoOps {

    private IoOps() {}

    /** #GP unless the privilege level or the task's bitmap allows these ports. */
    static void check(X86Vcpu c, int port, int size) {
        if (!c.virtual8086() && (!c.protectedMode() || c.cpl <= c.ioPrivilege())) {
            return;
        }
        long limit = c.tr.limit & 0xffffffffL;
        int type = c.tr.flags >> 8 & 15;
        if ((c.tr.flags & 1 << 15) == 0 || (type != 9 && type != 11) || limit < 103) {
            throw c.protection();
        }
        long map = c.systemLoad(c.tr.base + 102, 2);
        long at = map + (port >> 3);
        if (at + 1 > limit) {
            throw c.protection();
        }
        long bits = c.systemLoad(c.tr.base + at, 2) >>> (port & 7);
        if ((bits & (1 << size) - 1) != 0) {
            throw c.protection();
        }
    }

    static int in(X86Vcpu c, int port, int size) {
        c.leaveGuest();
        try {
            return c.host.portIn(port, size);
        } finally {
            c.enterGuest();
        }
    }

    static void out(X86Vcpu c, int port, int size, int value) {
        c.leaveGuest();
        try {
            c.host.portOut(port, size, size == 4 ? value : value & (1 << (8 * size)) - 1);
        } finally {
            c.enterGuest();
        }
    }

    /** {@code port} is -1 for DX. */
    record In(int port, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int at = port < 0 ? (int) c.regs[2] & 0xffff : port;
            check(c, at, size);
            Operand.register(size, 0, true).set(c, in(c, at, size));
        }
    }

    record Out(int port, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            int at = port < 0 ? (int) c.regs[2] & 0xffff : port;
            check(c, at, size);
            out(c, at, size, (int) c.regs[0]);
        }
    }

    static Op of(Instruction in) {
        int port = (in.opcode & 8) != 0 ? -1 : (int) in.immediate & 0xff;
        int size = Math.min(in.operandBytes, 4);
        return (in.opcode & 2) == 0 ? new In(port, size) : new Out(port, size);
    }
}
