package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import dev.ferry.vmm.cpu.x86.fp.SoftFloat;
import dev.ferry.vmm.cpu.x86.fp.SseMath;

/** Packed and scalar floating point of SSE, SSE2 and SSE3, but for conversions. */
final class SseFloat {

    private static final Mandatory NONE = Mandatory.NONE;
    private static final Mandatory P66 = Mandatory.P66;
    private static final Mandatory F3 = Mandatory.F3;
    private static final Mandatory F2 = Mandatory.F2;

    private final OpcodeTable table;

    private SseFloat(OpcodeTable table) {
        this.table = table;
    }

    /** An operation on two doubles. */
    @FunctionalInterface
    interface Double2 {
        long apply(SseMath math, long d, long s);
    }

    /** An operation on two singles. */
    @FunctionalInterface
    interface Single2 {
        int apply(SseMath math, int d, int s);
    }

    static void addTo(OpcodeTable t) {
        SseFloat rows = new SseFloat(t);
        rows.four(0x58, "ADD", SseMath::add64, SseMath::add32);
        rows.four(0x59, "MUL", SseMath::multiply64, SseMath::multiply32);
        rows.four(0x5c, "SUB", SseMath::subtract64, SseMath::subtract32);
        rows.four(0x5d, "MIN", SseMath::min64, SseMath::min32);
        rows.four(0x5e, "DIV", SseMath::divide64, SseMath::divide32);
        rows.four(0x5f, "MAX", SseMath::max64, SseMath::max32);
        rows.four(
                0x51,
                "SQRT",
                (math, d, s) -> math.squareRoot64(s),
                (math, d, s) -> math.squareRoot32(s));
        rows.singles(0x52, "RSQRT", (math, d, s) -> math.reciprocalRoot32(s));
        rows.singles(0x53, "RCP", (math, d, s) -> math.reciprocal32(s));
        rows.comparisons();
        rows.logic();
        rows.shuffles();
        rows.horizontal();
    }

    private void row(Mandatory prefix, int opcode, String name, int bytes, Xmm.Work work) {
        table.add(OpcodeTable.TWO, prefix, opcode, name, Form.MODRM, 0, Xmm.source(bytes, work));
    }

    private void four(int opcode, String name, Double2 doubles, Single2 singles) {
        row(
                P66,
                opcode,
                name + "PD",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = doubles.apply(math, c.xmm[d], low);
                    long r1 = doubles.apply(math, c.xmm[d + 1], high);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        row(
                F2,
                opcode,
                name + "SD",
                8,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r = doubles.apply(math, c.xmm[d], low);
                    c.endSse();
                    c.xmm[d] = r;
                });
        singles(opcode, name, singles);
    }

    private void singles(int opcode, String name, Single2 singles) {
        row(
                NONE,
                opcode,
                name + "PS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = twice(math, singles, c.xmm[d], low);
                    long r1 = twice(math, singles, c.xmm[d + 1], high);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        row(
                F3,
                opcode,
                name + "SS",
                4,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    int r = singles.apply(math, (int) c.xmm[d], (int) low);
                    c.endSse();
                    c.xmm[d] = (c.xmm[d] & ~0xffffffffL) | (r & 0xffffffffL);
                });
    }

    private static long twice(SseMath math, Single2 f, long d, long s) {
        int low = f.apply(math, (int) d, (int) s);
        int high = f.apply(math, (int) (d >>> 32), (int) (s >>> 32));
        return join(low, high);
    }

    static long join(int low, int high) {
        return (low & 0xffffffffL) | (long) high << 32;
    }

    // ---- comparisons ----------------------------------------------------------------------

    private void comparisons() {
        compare(
                NONE,
                "CMPPS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = holds(math, c.xmm[d], low, i);
                    long r1 = holds(math, c.xmm[d + 1], high, i);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        compare(
                P66,
                "CMPPD",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = math.holds64(c.xmm[d], low, i) ? -1 : 0;
                    long r1 = math.holds64(c.xmm[d + 1], high, i) ? -1 : 0;
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        compare(
                F3,
                "CMPSS",
                4,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r = math.holds32((int) c.xmm[d], (int) low, i) ? 0xffffffffL : 0;
                    c.endSse();
                    c.xmm[d] = (c.xmm[d] & ~0xffffffffL) | r;
                });
        compare(
                F2,
                "CMPSD",
                8,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r = math.holds64(c.xmm[d], low, i) ? -1 : 0;
                    c.endSse();
                    c.xmm[d] = r;
                });
        for (int opcode = 0x2e; opcode <= 0x2f; opcode++) {
            boolean quiet = opcode == 0x2e;
            row(
                    NONE,
                    opcode,
                    quiet ? "UCOMISS" : "COMISS",
                    4,
                    (c, d, low, high, i) -> {
                        int order = c.beginSse().compare32((int) c.xmm[d], (int) low, quiet);
                        c.endSse();
                        c.arithmeticFlags(flags(order));
                    });
            row(
                    P66,
                    opcode,
                    quiet ? "UCOMISD" : "COMISD",
                    8,
                    (c, d, low, high, i) -> {
                        int order = c.beginSse().compare64(c.xmm[d], low, quiet);
                        c.endSse();
                        c.arithmeticFlags(flags(order));
                    });
        }
    }

    /** What COMISD, FCOMI and their siblings set. */
    static int flags(int order) {
        return switch (order) {
            case SoftFloat.LESS -> Flags.CF;
            case SoftFloat.EQUAL -> Flags.ZF;
            case SoftFloat.GREATER -> 0;
            default -> Flags.ZF | Flags.PF | Flags.CF;
        };
    }

    private static long holds(SseMath math, long d, long s, int condition) {
        int low = math.holds32((int) d, (int) s, condition) ? -1 : 0;
        int high = math.holds32((int) (d >>> 32), (int) (s >>> 32), condition) ? -1 : 0;
        return join(low, high);
    }

    private void compare(Mandatory prefix, String name, int bytes, Xmm.Work work) {
        // Conditions from 8 on are AVX's; here the upper bits do not count.
        Xmm.Work three = (c, d, low, high, i) -> work.apply(c, d, low, high, i & 7);
        table.add(OpcodeTable.TWO, prefix, 0xc2, name, Form.MODRM_IB, 0, Xmm.source(bytes, three));
    }

    // ---- logic and shuffles ---------------------------------------------------------------

    private void logic() {
        lanes(0x54, "ANDPS", (d, s) -> d & s);
        lanes(0x55, "ANDNPS", (d, s) -> ~d & s);
        lanes(0x56, "ORPS", (d, s) -> d | s);
        lanes(0x57, "XORPS", (d, s) -> d ^ s);
    }

    private void lanes(int opcode, String name, Packed.Lanes lanes) {
        both(
                opcode,
                name,
                (c, d, low, high, i) -> {
                    c.xmm[d] = lanes.apply(c.xmm[d], low);
                    c.xmm[d + 1] = lanes.apply(c.xmm[d + 1], high);
                });
    }

    private void both(int opcode, String name, Xmm.Work work) {
        row(NONE, opcode, name, 16, work);
        row(P66, opcode, name, 16, work);
    }

    private void shuffles() {
        row(
                NONE,
                0x14,
                "UNPCKLPS",
                16,
                (c, d, low, high, i) -> {
                    long x = c.xmm[d];
                    c.xmm[d] = Packed.interleaveDoublewords(x, low);
                    c.xmm[d + 1] = Packed.interleaveDoublewords(x >>> 32, low >>> 32);
                });
        row(
                NONE,
                0x15,
                "UNPCKHPS",
                16,
                (c, d, low, high, i) -> {
                    long x = c.xmm[d + 1];
                    c.xmm[d] = Packed.interleaveDoublewords(x, high);
                    c.xmm[d + 1] = Packed.interleaveDoublewords(x >>> 32, high >>> 32);
                });
        row(P66, 0x14, "UNPCKLPD", 16, (c, d, low, high, i) -> c.xmm[d + 1] = low);
        row(
                P66,
                0x15,
                "UNPCKHPD",
                16,
                (c, d, low, high, i) -> {
                    c.xmm[d] = c.xmm[d + 1];
                    c.xmm[d + 1] = high;
                });
        table.add(
                OpcodeTable.TWO,
                NONE,
                0xc6,
                "SHUFPS",
                Form.MODRM_IB,
                0,
                Xmm.source(
                        16,
                        (c, d, low, high, i) -> {
                            long x = c.xmm[d];
                            long y = c.xmm[d + 1];
                            c.xmm[d] =
                                    SseInteger.pick(x, y, i) | SseInteger.pick(x, y, i >> 2) << 32;
                            c.xmm[d + 1] =
                                    SseInteger.pick(low, high, i >> 4)
                                            | SseInteger.pick(low, high, i >> 6) << 32;
                        }));
        table.add(
                OpcodeTable.TWO,
                P66,
                0xc6,
                "SHUFPD",
                Form.MODRM_IB,
                0,
                Xmm.source(
                        16,
                        (c, d, low, high, i) -> {
                            if ((i & 1) != 0) {
                                c.xmm[d] = c.xmm[d + 1];
                            }
                            c.xmm[d + 1] = (i & 2) != 0 ? high : low;
                        }));
    }

    // ---- SSE3 -----------------------------------------------------------------------------

    private void horizontal() {
        horizontal(0x7c, "HADD", SseMath::add64, SseMath::add32);
        horizontal(0x7d, "HSUB", SseMath::subtract64, SseMath::subtract32);
        row(
                P66,
                0xd0,
                "ADDSUBPD",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = math.subtract64(c.xmm[d], low);
                    long r1 = math.add64(c.xmm[d + 1], high);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        row(
                F2,
                0xd0,
                "ADDSUBPS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = subtractAdd(math, c.xmm[d], low);
                    long r1 = subtractAdd(math, c.xmm[d + 1], high);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
    }

    private static long subtractAdd(SseMath math, long d, long s) {
        int low = math.subtract32((int) d, (int) s);
        return join(low, math.add32((int) (d >>> 32), (int) (s >>> 32)));
    }

    private void horizontal(int opcode, String name, Double2 doubles, Single2 singles) {
        row(
                P66,
                opcode,
                name + "PD",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 = doubles.apply(math, c.xmm[d], c.xmm[d + 1]);
                    long r1 = doubles.apply(math, low, high);
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
        row(
                F2,
                opcode,
                name + "PS",
                16,
                (c, d, low, high, i) -> {
                    SseMath math = c.beginSse();
                    long r0 =
                            join(
                                    inside(math, singles, c.xmm[d]),
                                    inside(math, singles, c.xmm[d + 1]));
                    long r1 = join(inside(math, singles, low), inside(math, singles, high));
                    c.endSse();
                    c.xmm[d] = r0;
                    c.xmm[d + 1] = r1;
                });
    }

    private static int inside(SseMath math, Single2 f, long pair) {
        return f.apply(math, (int) pair, (int) (pair >>> 32));
    }
}
