package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;

/** SSE, SSE2 and SSE3 moves. */
final class SseMoves {

    private static final Mandatory NONE = Mandatory.NONE;
    private static final Mandatory P66 = Mandatory.P66;
    private static final Mandatory F3 = Mandatory.F3;
    private static final Mandatory F2 = Mandatory.F2;

    private final OpcodeTable table;

    private SseMoves(OpcodeTable table) {
        this.table = table;
    }

    static void addTo(OpcodeTable t) {
        SseMoves moves = new SseMoves(t);
        moves.whole();
        moves.scalars();
        moves.halves();
        moves.general();
        moves.masks();
    }

    private void row(Mandatory prefix, int opcode, String name, Opcode.Factory factory) {
        table.add(OpcodeTable.TWO, prefix, opcode, name, Form.MODRM, 0, factory);
    }

    private void store(Mandatory prefix, int opcode, String name, Opcode.Factory factory) {
        table.add(OpcodeTable.TWO, prefix, opcode, name, Form.MODRM, Opcode.STORES, factory);
    }

    private void whole() {
        pair(NONE, 0x10, 0x11, "MOVUPS", false);
        pair(P66, 0x10, 0x11, "MOVUPD", false);
        pair(NONE, 0x28, 0x29, "MOVAPS", true);
        pair(P66, 0x28, 0x29, "MOVAPD", true);
        pair(P66, 0x6f, 0x7f, "MOVDQA", true);
        pair(F3, 0x6f, 0x7f, "MOVDQU", false);
        row(
                F2,
                0xf0,
                "LDDQU",
                in -> in.memoryForm() ? new Xmm.Load(2 * in.reg(), in.ea(), false) : null);
        nonTemporal(NONE, 0x2b, "MOVNTPS");
        nonTemporal(P66, 0x2b, "MOVNTPD");
        nonTemporal(P66, 0xe7, "MOVNTDQ");
    }

    private void pair(Mandatory prefix, int load, int store, String name, boolean aligned) {
        row(
                prefix,
                load,
                name,
                in ->
                        in.memoryForm()
                                ? new Xmm.Load(2 * in.reg(), in.ea(), aligned)
                                : new Xmm.Copy(2 * in.reg(), 2 * in.rm()));
        store(
                prefix,
                store,
                name,
                in ->
                        in.memoryForm()
                                ? new Xmm.Store(2 * in.reg(), in.ea(), aligned)
                                : new Xmm.Copy(2 * in.rm(), 2 * in.reg()));
    }

    private void nonTemporal(Mandatory prefix, int opcode, String name) {
        store(
                prefix,
                opcode,
                name,
                in -> in.memoryForm() ? new Xmm.Store(2 * in.reg(), in.ea(), true) : null);
    }

    private static void moveSingle(X86Vcpu c, int d, long low, long high, int immediate) {
        c.xmm[d] = (c.xmm[d] & ~0xffffffffL) | (low & 0xffffffffL);
    }

    private static void moveDouble(X86Vcpu c, int d, long low, long high, int immediate) {
        c.xmm[d] = low;
    }

    private static void moveZeroing(X86Vcpu c, int d, long low, long high, int immediate) {
        c.xmm[d] = low;
        c.xmm[d + 1] = 0;
    }

    private void scalars() {
        row(
                F3,
                0x10,
                "MOVSS",
                in ->
                        in.memoryForm()
                                ? new Xmm.LoadZeroing(2 * in.reg(), new Operand.Mem32(in.ea()))
                                : register(2 * in.reg(), 2 * in.rm(), SseMoves::moveSingle));
        row(
                F2,
                0x10,
                "MOVSD",
                in ->
                        in.memoryForm()
                                ? new Xmm.LoadZeroing(2 * in.reg(), new Operand.Mem64(in.ea()))
                                : register(2 * in.reg(), 2 * in.rm(), SseMoves::moveDouble));
        store(
                F3,
                0x11,
                "MOVSS",
                in ->
                        in.memoryForm()
                                ? new Xmm.Store32(2 * in.reg(), in.ea())
                                : register(2 * in.rm(), 2 * in.reg(), SseMoves::moveSingle));
        store(
                F2,
                0x11,
                "MOVSD",
                in ->
                        in.memoryForm()
                                ? new Xmm.Store64(2 * in.reg(), in.ea())
                                : register(2 * in.rm(), 2 * in.reg(), SseMoves::moveDouble));
        row(
                F3,
                0x7e,
                "MOVQ",
                in ->
                        in.memoryForm()
                                ? new Xmm.LoadZeroing(2 * in.reg(), new Operand.Mem64(in.ea()))
                                : register(2 * in.reg(), 2 * in.rm(), SseMoves::moveZeroing));
        store(
                P66,
                0xd6,
                "MOVQ",
                in ->
                        in.memoryForm()
                                ? new Xmm.Store64(2 * in.reg(), in.ea())
                                : register(2 * in.rm(), 2 * in.reg(), SseMoves::moveZeroing));
    }

    private static Op register(int d, int s, Xmm.Work work) {
        return new Xmm.FromRegister(d, s, 0, work);
    }

    private void halves() {
        half(NONE, 0x12, "MOVLPS", 0, (c, d, low, high, i) -> c.xmm[d] = high);
        half(NONE, 0x16, "MOVHPS", 1, (c, d, low, high, i) -> c.xmm[d + 1] = low);
        half(P66, 0x12, "MOVLPD", 0, null);
        half(P66, 0x16, "MOVHPD", 1, null);
        for (Mandatory prefix : new Mandatory[] {NONE, P66}) {
            store(
                    prefix,
                    0x13,
                    "MOVLPS",
                    in -> in.memoryForm() ? new Xmm.Store64(2 * in.reg(), in.ea()) : null);
            store(
                    prefix,
                    0x17,
                    "MOVHPS",
                    in -> in.memoryForm() ? new Xmm.Store64(2 * in.reg() + 1, in.ea()) : null);
        }
        row(
                F3,
                0x12,
                "MOVSLDUP",
                Xmm.source(
                        16,
                        (c, d, low, high, i) -> {
                            c.xmm[d] = (low & 0xffffffffL) * 0x100000001L;
                            c.xmm[d + 1] = (high & 0xffffffffL) * 0x100000001L;
                        }));
        row(
                F3,
                0x16,
                "MOVSHDUP",
                Xmm.source(
                        16,
                        (c, d, low, high, i) -> {
                            c.xmm[d] = (low >>> 32) * 0x100000001L;
                            c.xmm[d + 1] = (high >>> 32) * 0x100000001L;
                        }));
        row(
                F2,
                0x12,
                "MOVDDUP",
                Xmm.source(
                        8,
                        (c, d, low, high, i) -> {
                            c.xmm[d] = low;
                            c.xmm[d + 1] = low;
                        }));
    }

    private void half(
            Mandatory prefix,
            int opcode,
            String name,
            int which,
            Xmm.@org.jspecify.annotations.Nullable Work registers) {
        row(
                prefix,
                opcode,
                name,
                in -> {
                    if (in.memoryForm()) {
                        return new Xmm.LoadHalf(2 * in.reg() + which, in.ea());
                    }
                    return registers == null
                            ? null
                            : register(2 * in.reg(), 2 * in.rm(), registers);
                });
    }

    /** 4 or, with REX.W, 8. */
    private static int general(Instruction in) {
        return (in.rex & 8) != 0 ? 8 : 4;
    }

    private void general() {
        row(P66, 0x6e, "MOVD", in -> new Xmm.LoadZeroing(2 * in.reg(), in.rmOperand(general(in))));
        store(P66, 0x7e, "MOVD", in -> new Xmm.ToGeneral(in.rmOperand(general(in)), 2 * in.reg()));
        store(
                NONE,
                0xc3,
                "MOVNTI",
                in ->
                        in.memoryForm()
                                ? new Mnti(in.rmOperand(general(in)), in.regOperand(general(in)))
                                : null);
    }

    /** MOVNTI: no XMM register has a part in it. */
    record Mnti(Operand destination, Operand source) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, source.get(c));
        }
    }

    private void masks() {
        mask(
                NONE,
                0x50,
                "MOVMSKPS",
                (c, low, high, i) ->
                        (low >>> 31 & 1)
                                | (low >>> 62 & 2)
                                | (high >>> 29 & 4)
                                | (high >>> 60 & 8));
        mask(P66, 0x50, "MOVMSKPD", (c, low, high, i) -> low >>> 63 | (high >>> 62 & 2));
        mask(
                P66,
                0xd7,
                "PMOVMSKB",
                (c, low, high, i) -> Packed.byteSigns(low) | Packed.byteSigns(high) << 8);
        table.add(
                OpcodeTable.TWO,
                P66,
                0xc5,
                "PEXTRW",
                Form.MODRM_IB,
                0,
                in ->
                        in.registerForm()
                                ? new Xmm.RegisterToGeneral(
                                        in.regOperand(4),
                                        2 * in.rm(),
                                        (int) in.immediate & 7,
                                        (c, low, high, i) ->
                                                (i < 4 ? low : high) >>> (16 * (i & 3)) & 0xffff)
                                : null);
        table.add(
                OpcodeTable.TWO,
                P66,
                0xc4,
                "PINSRW",
                Form.MODRM_IB,
                0,
                in ->
                        new Xmm.FromGeneral(
                                2 * in.reg(),
                                in.memoryForm() ? in.rmOperand(2) : in.rmOperand(4),
                                (int) in.immediate & 7,
                                SseMoves::insertWord));
        store(
                P66,
                0xf7,
                "MASKMOVDQU",
                in ->
                        in.registerForm()
                                ? new MaskedStore(
                                        2 * in.reg(),
                                        2 * in.rm(),
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

    private void mask(Mandatory prefix, int opcode, String name, Xmm.Value value) {
        row(
                prefix,
                opcode,
                name,
                in ->
                        in.registerForm()
                                ? new Xmm.RegisterToGeneral(in.regOperand(4), 2 * in.rm(), 0, value)
                                : null);
    }

    private static void insertWord(X86Vcpu c, int d, long value, long high, int index) {
        int at = d + (index >> 2);
        int shift = 16 * (index & 3);
        c.xmm[at] = (c.xmm[at] & ~(0xffffL << shift)) | (value & 0xffff) << shift;
    }

    /** The bytes whose mask has its top bit set, to DS:rDI. */
    record MaskedStore(int s, int mask, Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            for (int k = 0; k < 16; k++) {
                int half = k >> 3;
                int shift = 8 * (k & 7);
                if ((c.xmm[mask + half] >>> shift & 0x80) != 0) {
                    c.store8(ea.moved(c, k, 1, true), (int) (c.xmm[s + half] >>> shift));
                }
            }
        }
    }
}
