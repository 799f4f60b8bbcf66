package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import dev.ferry.vmm.cpu.x86.fp.SseMath;

/** CVT*: between singles, doubles and integers. */
final class SseConversions {

    private static final Mandatory NONE = Mandatory.NONE;
    private static final Mandatory P66 = Mandatory.P66;
    private static final Mandatory F3 = Mandatory.F3;
    private static final Mandatory F2 = Mandatory.F2;

    private final OpcodeTable table;

    private SseConversions(OpcodeTable table) {
        this.table = table;
    }

    static void addTo(OpcodeTable t) {
        SseConversions rows = new SseConversions(t);
        rows.precision();
        rows.packedIntegers();
        rows.generalRegisters();
        rows.mmxRegisters();
    }

    private void row(Mandatory prefix, int opcode, String name, int bytes, Xmm.Work work) {
        table.add(OpcodeTable.TWO, prefix, opcode, name, Form.MODRM, 0, Xmm.source(bytes, work));
    }

    private void precision() {
        row(
                NONE,
                0x5a,
                "CVTPS2PD",
                8,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = math.from32To64((int) low);
                    long r1 = math.from32To64((int) (low >>> 32));
                    finish(c, d, r0, r1);
                });
        row(
                P66,
                0x5a,
                "CVTPD2PS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    int r0 = math.from64To32(low);
                    finish(c, d, SseFloat.join(r0, math.from64To32(high)), 0);
                });
        row(
                F3,
                0x5a,
                "CVTSS2SD",
                4,
                (c, d, low, high, i) ->
                        finish(c, d, c.beginSse().from32To64((int) low), c.xmm[d + 1]));
        row(
                F2,
                0x5a,
                "CVTSD2SS",
                8,
                (c, d, low, high, i) -> finishSingle(c, d, c.beginSse().from64To32(low)));
    }

    private static void finish(X86Vcpu c, int d, long low, long high) {
        c.endSse();
        c.xmm[d] = low;
        c.xmm[d + 1] = high;
    }

    private static void finishSingle(X86Vcpu c, int d, int value) {
        c.endSse();
        c.xmm[d] = (c.xmm[d] & ~0xffffffffL) | (value & 0xffffffffL);
    }

    /** The low doubleword, sign-extended. */
    private static long signed(long pair) {
        return pair << 32 >> 32;
    }

    private static long singles(SseMath math, long integers) {
        int low = math.fromLongTo32(signed(integers));
        return SseFloat.join(low, math.fromLongTo32(integers >> 32));
    }

    private static long integersOfSingles(SseMath math, long singles, boolean truncate) {
        int low = (int) math.toLong32((int) singles, 32, truncate);
        return SseFloat.join(low, (int) math.toLong32((int) (singles >>> 32), 32, truncate));
    }

    private static long integersOfDoubles(SseMath math, long x, long y, boolean truncate) {
        int low = (int) math.toLong64(x, 32, truncate);
        return SseFloat.join(low, (int) math.toLong64(y, 32, truncate));
    }

    private void packedIntegers() {
        row(
                NONE,
                0x5b,
                "CVTDQ2PS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = singles(math, low);
                    finish(c, d, r0, singles(math, high));
                });
        row(P66, 0x5b, "CVTPS2DQ", 16, (c, d, low, high, i) -> toIntegers(c, d, low, high, false));
        row(F3, 0x5b, "CVTTPS2DQ", 16, (c, d, low, high, i) -> toIntegers(c, d, low, high, true));
        row(
                F3,
                0xe6,
                "CVTDQ2PD",
                8,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = math.fromLongTo64(signed(low));
                    finish(c, d, r0, math.fromLongTo64(low >> 32));
                });
        row(
                P66,
                0xe6,
                "CVTTPD2DQ",
                16,
                (c, d, low, high, i) ->
                        finish(c, d, integersOfDoubles(c.beginSse(), low, high, true), 0));
        row(
                F2,
                0xe6,
                "CVTPD2DQ",
                16,
                (c, d, low, high, i) ->
                        finish(c, d, integersOfDoubles(c.beginSse(), low, high, false), 0));
    }

    private static void toIntegers(X86Vcpu c, int d, long low, long high, boolean truncate) {
        SseMath math = c.beginSse();
        long r0 = integersOfSingles(math, low, truncate);
        finish(c, d, r0, integersOfSingles(math, high, truncate));
    }

    /** 4 or, with REX.W, 8. */
    private static int general(Instruction in) {
        return (in.rex & 8) != 0 ? 8 : 4;
    }

    private void generalRegisters() {
        table.add(
                OpcodeTable.TWO,
                F3,
                0x2a,
                "CVTSI2SS",
                Form.MODRM,
                0,
                in -> {
                    boolean wide = general(in) == 8;
                    return new Xmm.FromGeneral(
                            2 * in.reg(),
                            in.rmOperand(general(in)),
                            0,
                            (c, d, low, high, i) ->
                                    finishSingle(
                                            c,
                                            d,
                                            c.beginSse().fromLongTo32(wide ? low : (int) low)));
                });
        table.add(
                OpcodeTable.TWO,
                F2,
                0x2a,
                "CVTSI2SD",
                Form.MODRM,
                0,
                in -> {
                    boolean wide = general(in) == 8;
                    return new Xmm.FromGeneral(
                            2 * in.reg(),
                            in.rmOperand(general(in)),
                            0,
                            (c, d, low, high, i) ->
                                    finish(
                                            c,
                                            d,
                                            c.beginSse().fromLongTo64(wide ? low : (int) low),
                                            c.xmm[d + 1]));
                });
        for (int opcode = 0x2c; opcode <= 0x2d; opcode++) {
            boolean truncate = opcode == 0x2c;
            toGeneral(F3, opcode, truncate ? "CVTTSS2SI" : "CVTSS2SI", 4, truncate);
            toGeneral(F2, opcode, truncate ? "CVTTSD2SI" : "CVTSD2SI", 8, truncate);
        }
    }

    private void toGeneral(Mandatory prefix, int opcode, String name, int bytes, boolean truncate) {
        table.add(
                OpcodeTable.TWO,
                prefix,
                opcode,
                name,
                Form.MODRM,
                0,
                in -> {
                    int size = general(in);
                    Xmm.Value value =
                            bytes == 4
                                    ? (c, low, high, i) -> {
                                        long v =
                                                c.beginSse()
                                                        .toLong32((int) low, 8 * size, truncate);
                                        c.endSse();
                                        return v;
                                    }
                                    : (c, low, high, i) -> {
                                        long v = c.beginSse().toLong64(low, 8 * size, truncate);
                                        c.endSse();
                                        return v;
                                    };
                    return in.memoryForm()
                            ? new Xmm.MemoryToGeneral(
                                    in.regOperand(size), in.rmOperand(bytes), value)
                            : new Xmm.RegisterToGeneral(in.regOperand(size), 2 * in.rm(), 0, value);
                });
    }

    // ---- MMX ------------------------------------------------------------------------------

    private void mmxRegisters() {
        fromMmx(
                NONE,
                "CVTPI2PS",
                (c, d, low, high, i) -> finish(c, d, singles(c.beginSse(), low), c.xmm[d + 1]));
        fromMmx(
                P66,
                "CVTPI2PD",
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = math.fromLongTo64(signed(low));
                    finish(c, d, r0, math.fromLongTo64(low >> 32));
                });
        for (int opcode = 0x2c; opcode <= 0x2d; opcode++) {
            boolean truncate = opcode == 0x2c;
            toMmx(
                    NONE,
                    opcode,
                    "CVTPS2PI",
                    8,
                    (c, low, high, i) -> integersOfSingles(c.beginSse(), low, truncate));
            toMmx(
                    P66,
                    opcode,
                    "CVTPD2PI",
                    16,
                    (c, low, high, i) -> integersOfDoubles(c.beginSse(), low, high, truncate));
        }
    }

    private void fromMmx(Mandatory prefix, String name, Xmm.Work work) {
        table.add(
                OpcodeTable.TWO,
                prefix,
                0x2a,
                name,
                Form.MODRM,
                0,
                in ->
                        in.memoryForm()
                                ? new Xmm.FromGeneral(2 * in.reg(), in.rmOperand(8), 0, work)
                                : new FromMmx(2 * in.reg(), in.modrm & 7, work));
    }

    private void toMmx(Mandatory prefix, int opcode, String name, int bytes, Xmm.Value value) {
        table.add(
                OpcodeTable.TWO,
                prefix,
                opcode,
                name,
                Form.MODRM,
                0,
                in -> {
                    int destination = in.modrm >> 3 & 7;
                    Xmm.Work work =
                            (c, d, low, high, i) -> {
                                c.requireMmx();
                                long v = value.of(c, low, high, i);
                                c.endSse();
                                c.mmx(destination, v);
                            };
                    return Xmm.source(bytes, work).make(in);
                });
    }

    record FromMmx(int d, int s, Xmm.Work work) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.requireSse();
            c.requireMmx();
            work.apply(c, d, c.fpuMantissa[s], 0, 0);
        }
    }
}
