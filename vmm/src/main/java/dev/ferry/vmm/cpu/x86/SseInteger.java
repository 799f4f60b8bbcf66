package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;

/** Packed integers, in XMM registers and (where they were there first) in MMX registers. */
final class SseInteger {

    private static final Mandatory P66 = Mandatory.P66;

    private final OpcodeTable table;

    private SseInteger(OpcodeTable table) {
        this.table = table;
    }

    static void addTo(OpcodeTable t) {
        SseInteger rows = new SseInteger(t);
        rows.arithmetic();
        rows.saturating();
        rows.comparisons();
        rows.multiplications();
        rows.logic();
        rows.packing();
        rows.shuffles();
        rows.shifts();
    }

    /** Lane by lane, with and without 66. */
    private void lanes(int opcode, String name, Packed.Lanes lanes) {
        table.add(
                OpcodeTable.TWO,
                P66,
                opcode,
                name,
                Form.MODRM,
                0,
                Xmm.source(
                        16,
                        (c, d, low, high, i) -> {
                            c.xmm[d] = lanes.apply(c.xmm[d], low);
                            c.xmm[d + 1] = lanes.apply(c.xmm[d + 1], high);
                        }));
        mmx(opcode, name, lanes);
    }

    private void mmx(int opcode, String name, Packed.Lanes lanes) {
        table.add(
                OpcodeTable.TWO,
                Mandatory.NONE,
                opcode,
                name,
                Form.MODRM,
                0,
                Mmx.source((c, d, s, i) -> c.mmx(d, lanes.apply(c.fpuMantissa[d], s))));
    }

    private void only(int opcode, String name, Xmm.Work work) {
        table.add(OpcodeTable.TWO, P66, opcode, name, Form.MODRM, 0, Xmm.source(16, work));
    }

    private void arithmetic() {
        lanes(0xfc, "PADDB", Packed::paddb);
        lanes(0xfd, "PADDW", Packed::paddw);
        lanes(0xfe, "PADDD", Packed::paddd);
        lanes(0xd4, "PADDQ", (d, s) -> d + s);
        lanes(0xf8, "PSUBB", Packed::psubb);
        lanes(0xf9, "PSUBW", Packed::psubw);
        lanes(0xfa, "PSUBD", Packed::psubd);
        lanes(0xfb, "PSUBQ", (d, s) -> d - s);
        lanes(0xe0, "PAVGB", Packed.bytes((d, s) -> ((d & 0xff) + (s & 0xff) + 1) >> 1));
        lanes(0xe3, "PAVGW", Packed.words((d, s) -> ((d & 0xffff) + (s & 0xffff) + 1) >> 1));
        lanes(0xf6, "PSADBW", Packed::psadbw);
    }

    private void saturating() {
        lanes(0xec, "PADDSB", Packed.bytes((d, s) -> Packed.signedByte(d + s)));
        lanes(0xed, "PADDSW", Packed.words((d, s) -> Packed.signedWord(d + s)));
        lanes(
                0xdc,
                "PADDUSB",
                Packed.bytes((d, s) -> Packed.unsignedByte((d & 0xff) + (s & 0xff))));
        lanes(
                0xdd,
                "PADDUSW",
                Packed.words((d, s) -> Packed.unsignedWord((d & 0xffff) + (s & 0xffff))));
        lanes(0xe8, "PSUBSB", Packed.bytes((d, s) -> Packed.signedByte(d - s)));
        lanes(0xe9, "PSUBSW", Packed.words((d, s) -> Packed.signedWord(d - s)));
        lanes(
                0xd8,
                "PSUBUSB",
                Packed.bytes((d, s) -> Packed.unsignedByte((d & 0xff) - (s & 0xff))));
        lanes(
                0xd9,
                "PSUBUSW",
                Packed.words((d, s) -> Packed.unsignedWord((d & 0xffff) - (s & 0xffff))));
    }

    private void comparisons() {
        lanes(0x74, "PCMPEQB", Packed.bytes((d, s) -> d == s ? -1 : 0));
        lanes(0x75, "PCMPEQW", Packed.words((d, s) -> d == s ? -1 : 0));
        lanes(0x76, "PCMPEQD", Packed.doublewords((d, s) -> d == s ? -1 : 0));
        lanes(0x64, "PCMPGTB", Packed.bytes((d, s) -> d > s ? -1 : 0));
        lanes(0x65, "PCMPGTW", Packed.words((d, s) -> d > s ? -1 : 0));
        lanes(0x66, "PCMPGTD", Packed.doublewords((d, s) -> d > s ? -1 : 0));
        lanes(0xda, "PMINUB", Packed.bytes((d, s) -> Math.min(d & 0xff, s & 0xff)));
        lanes(0xde, "PMAXUB", Packed.bytes((d, s) -> Math.max(d & 0xff, s & 0xff)));
        lanes(0xea, "PMINSW", Packed.words(Math::min));
        lanes(0xee, "PMAXSW", Packed.words(Math::max));
    }

    private void multiplications() {
        lanes(0xd5, "PMULLW", Packed.words((d, s) -> d * s));
        lanes(0xe5, "PMULHW", Packed.words((d, s) -> (d * s) >> 16));
        lanes(0xe4, "PMULHUW", Packed.words((d, s) -> ((d & 0xffff) * (s & 0xffff)) >>> 16));
        lanes(0xf4, "PMULUDQ", Packed::pmuludq);
        lanes(0xf5, "PMADDWD", Packed::pmaddwd);
    }

    private void logic() {
        lanes(0xdb, "PAND", (d, s) -> d & s);
        lanes(0xdf, "PANDN", (d, s) -> ~d & s);
        lanes(0xeb, "POR", (d, s) -> d | s);
        lanes(0xef, "PXOR", (d, s) -> d ^ s);
    }

    private void packing() {
        pack(0x63, "PACKSSWB", v -> Packed.packWords(v, (w, _) -> Packed.signedByte(w)));
        pack(0x67, "PACKUSWB", v -> Packed.packWords(v, (w, _) -> Packed.unsignedByte(w)));
        pack(0x6b, "PACKSSDW", Packed::packDoublewords);
        interleave(0x60, "PUNPCKLBW", false, Packed::interleaveBytes);
        interleave(0x61, "PUNPCKLWD", false, Packed::interleaveWords);
        interleave(0x62, "PUNPCKLDQ", false, Packed::interleaveDoublewords);
        interleave(0x68, "PUNPCKHBW", true, Packed::interleaveBytes);
        interleave(0x69, "PUNPCKHWD", true, Packed::interleaveWords);
        interleave(0x6a, "PUNPCKHDQ", true, Packed::interleaveDoublewords);
        only(0x6c, "PUNPCKLQDQ", (c, d, low, high, i) -> c.xmm[d + 1] = low);
        only(
                0x6d,
                "PUNPCKHQDQ",
                (c, d, low, high, i) -> {
                    c.xmm[d] = c.xmm[d + 1];
                    c.xmm[d + 1] = high;
                });
    }

    /** Eight bytes to four. */
    private void pack(int opcode, String name, java.util.function.LongUnaryOperator half) {
        only(
                opcode,
                name,
                (c, d, low, high, i) -> {
                    long[] xmm = c.xmm;
                    xmm[d] = half.applyAsLong(xmm[d]) | half.applyAsLong(xmm[d + 1]) << 32;
                    xmm[d + 1] = half.applyAsLong(low) | half.applyAsLong(high) << 32;
                });
        mmx(opcode, name, (d, s) -> half.applyAsLong(d) | half.applyAsLong(s) << 32);
    }

    /** The low halves of eight bytes each, in turn. */
    private void interleave(int opcode, String name, boolean upper, Packed.Lanes lanes) {
        only(
                opcode,
                name,
                (c, d, low, high, i) -> {
                    long x = upper ? c.xmm[d + 1] : c.xmm[d];
                    long y = upper ? high : low;
                    c.xmm[d] = lanes.apply(x, y);
                    c.xmm[d + 1] = lanes.apply(x >>> 32, y >>> 32);
                });
        mmx(opcode, name, upper ? (d, s) -> lanes.apply(d >>> 32, s >>> 32) : lanes);
    }

    private void shuffles() {
        shuffle(
                P66,
                "PSHUFD",
                (c, d, low, high, i) -> {
                    c.xmm[d] = pick(low, high, i) | pick(low, high, i >> 2) << 32;
                    c.xmm[d + 1] = pick(low, high, i >> 4) | pick(low, high, i >> 6) << 32;
                });
        shuffle(
                Mandatory.F3,
                "PSHUFHW",
                (c, d, low, high, i) -> {
                    c.xmm[d] = low;
                    c.xmm[d + 1] = Packed.shuffleWords(high, i);
                });
        shuffle(
                Mandatory.F2,
                "PSHUFLW",
                (c, d, low, high, i) -> {
                    c.xmm[d] = Packed.shuffleWords(low, i);
                    c.xmm[d + 1] = high;
                });
        table.add(
                OpcodeTable.TWO,
                Mandatory.NONE,
                0x70,
                "PSHUFW",
                Form.MODRM_IB,
                0,
                Mmx.source((c, d, s, i) -> c.mmx(d, Packed.shuffleWords(s, i))));
    }

    private void shuffle(Mandatory prefix, String name, Xmm.Work work) {
        table.add(OpcodeTable.TWO, prefix, 0x70, name, Form.MODRM_IB, 0, Xmm.source(16, work));
    }

    /** One of four doublewords, zero-extended. */
    static long pick(long low, long high, int which) {
        return ((which & 2) == 0 ? low : high) >>> (32 * (which & 1)) & 0xffffffffL;
    }

    private void shifts() {
        shift(0xd1, 0x71, 2, "PSRLW", Packed::psrlw);
        shift(0xe1, 0x71, 4, "PSRAW", Packed::psraw);
        shift(0xf1, 0x71, 6, "PSLLW", Packed::psllw);
        shift(0xd2, 0x72, 2, "PSRLD", Packed::psrld);
        shift(0xe2, 0x72, 4, "PSRAD", Packed::psrad);
        shift(0xf2, 0x72, 6, "PSLLD", Packed::pslld);
        shift(0xd3, 0x73, 2, "PSRLQ", Packed::psrlq);
        shift(0xf3, 0x73, 6, "PSLLQ", Packed::psllq);
        for (int group = 0x71; group <= 0x73; group++) {
            Packed.Lanes[] lanes = byImmediate[group - 0x71];
            table.add(
                    OpcodeTable.TWO,
                    P66,
                    group,
                    "shift",
                    Form.MODRM_IB,
                    0,
                    in -> immediateShift(in, lanes));
            table.add(
                    OpcodeTable.TWO,
                    Mandatory.NONE,
                    group,
                    "shift",
                    Form.MODRM_IB,
                    0,
                    in -> Mmx.shift(in, lanes));
        }
    }

    private final Packed.Lanes[][] byImmediate = new Packed.Lanes[3][8];

    private void shift(int opcode, int group, int extension, String name, Packed.Lanes lanes) {
        byImmediate[group - 0x71][extension] = lanes;
        only(
                opcode,
                name,
                (c, d, low, high, i) -> {
                    c.xmm[d] = lanes.apply(c.xmm[d], low);
                    c.xmm[d + 1] = lanes.apply(c.xmm[d + 1], low);
                });
        mmx(opcode, name, lanes);
    }

    private static @org.jspecify.annotations.Nullable Op immediateShift(
            Instruction in, Packed.Lanes[] lanes) {
        if (in.memoryForm()) {
            return null;
        }
        int d = 2 * in.rm();
        int count = (int) in.immediate & 0xff;
        Xmm.Work work =
                switch (in.opcode << 4 | in.extension()) {
                    case 0x733 -> SseInteger::shiftBytesRight;
                    case 0x737 -> SseInteger::shiftBytesLeft;
                    default -> {
                        Packed.Lanes lane = lanes[in.extension()];
                        yield lane == null
                                ? null
                                : (c, x, low, high, i) -> {
                                    c.xmm[x] = lane.apply(low, i);
                                    c.xmm[x + 1] = lane.apply(high, i);
                                };
                    }
                };
        return work == null ? null : new Xmm.FromRegister(d, d, count, work);
    }

    private static void shiftBytesRight(X86Vcpu c, int d, long low, long high, int bytes) {
        int n = 8 * (bytes & 7);
        boolean half = bytes >= 8;
        c.xmm[d] = bytes > 15 ? 0 : half ? high >>> n : n == 0 ? low : low >>> n | high << (64 - n);
        c.xmm[d + 1] = half ? 0 : high >>> n;
    }

    private static void shiftBytesLeft(X86Vcpu c, int d, long low, long high, int bytes) {
        int n = 8 * (bytes & 7);
        boolean half = bytes >= 8;
        c.xmm[d] = half ? 0 : low << n;
        c.xmm[d + 1] =
                bytes > 15 ? 0 : half ? low << n : n == 0 ? high : high << n | low >>> (64 - n);
    }
}
