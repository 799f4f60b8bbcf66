package dev.ferry.vmm.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes sequences. Everything follows from the seed.
 *
 * <p>Memory operands stay inside the record's page: an address is formed of registers whose value
 * is still what it was at the beginning, and a displacement that makes up for them. Flags that an
 * instruction leaves undefined are cleared after it, so that nothing can depend on them.
 */
final class Generator {

    /** What the registers of a sequence hold, and the instructions that suit it. */
    private static final String KINDS = "IIIIIISDFM";

    private static final int FS_BASE = 0x1000;
    private static final int GS_BASE = 0x2000;

    private final Mode mode;
    private final SplittableRandom random;
    private final long seed;
    private final long record;
    private final char kind;

    /** The kind of instructions that still suit what is in the registers. */
    private char suited;

    private final long[] regs = new long[16];

    /** Registers that have not been changed. */
    private int known = 0xffff;

    /** x87 registers filled. */
    private int depth = 4;

    /**
     * Whether the x87 computes with all its bits: QEMU rounds even remainders, integers and
     * denormals in memory to fewer.
     */
    private boolean extended;

    /** MXCSR.DAZ: QEMU's MIN and MAX give the denormal that counted as zero. */
    private boolean denormalsAreZero;

    private int at;

    private Generator(Mode mode, long seed, int index) {
        this.mode = mode;
        this.seed = seed;
        random = new SplittableRandom(seed);
        record = Records.address(index);
        kind = KINDS.charAt(random.nextInt(KINDS.length()));
        suited = kind;
    }

    /**
     * The sequence of a seed.
     *
     * @param index of the record that it will be in: addresses depend on it
     */
    static Sequence sequence(Mode mode, long seed, int index) {
        return new Generator(mode, seed, index).make();
    }

    private Sequence make() {
        byte[] scratch = new byte[4096];
        random.nextBytes(scratch);
        byte[] fx = fxImage();
        Values.fill(kind, random, scratch);
        for (int i = 0; i < 16; i++) {
            regs[i] = register();
        }
        regs[4] = scratch() + 0x800 + 8L * random.nextInt(16);
        if (!mode.code64()) {
            for (int i = 0; i < 16; i++) {
                regs[i] = i < 8 ? regs[i] & 0xffffffffL : 0;
            }
        }
        int flags = 2 | (random.nextInt() & 0x8d5) | (random.nextInt(4) == 0 ? 0x400 : 0);
        int count = 3 + random.nextInt(8);
        List<byte[]> units = new ArrayList<>();
        at = Records.CODE;
        for (int i = 0; i < count; i++) {
            byte[] unit = unit();
            units.add(unit);
            at += unit.length;
        }
        return new Sequence(
                mode, String.valueOf(kind), seed, regs.clone(), flags, fx, scratch, units);
    }

    /** Where the scratch page is, as the sequence's segments have it. */
    private long scratch() {
        return mode == Mode.SEGMENTED16 ? Records.SCRATCH : record + Records.SCRATCH;
    }

    private long register() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(-130, 300);
            case 1 -> Values.EDGES[random.nextInt(Values.EDGES.length)];
            case 2, 3 -> scratch() + random.nextInt(4096);
            default -> random.nextLong();
        };
    }

    private byte[] fxImage() {
        byte[] image = new byte[512];
        ByteBuffer words = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int control = 0x7f | random.nextInt(4) << 10;
        int precision = random.nextBoolean() ? 3 : random.nextBoolean() ? 2 : 0;
        extended = precision == 3;
        control |= precision << 8;
        words.putShort(0, (short) control);
        int top = kind == 'M' ? 0 : random.nextInt(8);
        words.putShort(2, (short) (top << 11));
        int tags = 0;
        for (int i = 0; i < depth; i++) {
            tags |= 1 << (top + i & 7);
        }
        words.put(4, (byte) tags);
        int mxcsr = 0x1f80 | random.nextInt(4) << 13;
        if (random.nextInt(8) == 0) {
            mxcsr |= 0x8040 & random.nextInt();
        }
        denormalsAreZero = (mxcsr & 0x40) != 0;
        words.putInt(24, mxcsr);
        for (int i = 0; i < 8; i++) {
            Values.extended(random, words, 32 + 16 * i);
        }
        byte[] xmm = new byte[256];
        random.nextBytes(xmm);
        Values.fill(kind, random, xmm);
        words.put(160, xmm, 0, mode.code64() ? 256 : 128);
        return image;
    }

    // ---- units ----------------------------------------------------------------------------

    private byte[] unit() {
        if (random.nextInt(12) == 0) {
            byte[] special = new Composites(mode, random, scratch()).make();
            known &= ~0xffef;
            return special;
        }
        if (random.nextInt(120) == 0) {
            return random.nextBoolean() ? new byte[] {0x0f, 0x0b} : new byte[] {(byte) 0xcd, 0x42};
        }
        if (random.nextInt(14) == 0) {
            return branchOver();
        }
        return instruction(pick());
    }

    /** A conditional jump over an instruction. */
    private byte[] branchOver() {
        Template template;
        do {
            template = pick();
        } while (template.kind() == 'F' || template.size() == 'q');
        int condition = 0x70 + random.nextInt(16);
        if (random.nextInt(5) == 0) {
            // LOOP and its siblings.
            condition = 0xe0 + random.nextInt(4);
            known &= ~2;
        }
        int room = 2;
        at += room;
        byte[] skipped = instruction(template);
        at -= room;
        return new Bytes().all(condition, skipped.length).append(skipped).done();
    }

    private Template pick() {
        while (true) {
            Template t = Templates.ALL.get(random.nextInt(Templates.ALL.size()));
            boolean suits =
                    switch (suited) {
                        case 'I' -> t.kind() == 'I';
                        case 'S', 'D' ->
                                t.kind() == suited || (t.kind() == 'I' && t.special() == ' ');
                        case 'F' ->
                                t.kind() == 'F'
                                        || (t.kind() == 'I'
                                                && t.special() == ' '
                                                && random.nextInt(6) == 0);
                        default -> t.kind() == 'M' || (t.kind() == 'I' && random.nextInt(6) == 0);
                    };
            // QEMU 7.2 takes MOVBE in 16-bit code for one of 32 bits.
            int last = t.opcode()[t.opcode().length - 1];
            boolean movbe = t.opcode().length == 3 && t.opcode()[1] == 0x38;
            if (!suits
                    || (denormalsAreZero && (last == 0x5d || last == 0x5f))
                    || (movbe && mode == Mode.SEGMENTED16)
                    || (t.not64() && mode.code64())
                    || (t.only64() && !mode.code64())
                    || random.nextInt(2) >= t.weight()) {
                continue;
            }
            if (t.kind() == 'F') {
                int then = depth + t.grows();
                int second = t.opcode().length > 1 ? t.opcode()[1] : 0;
                boolean remainder = second == 0xf5 || second == 0xf8 || second == 0xfc;
                if (depth < t.filled()
                        || then < 1
                        || then > 7
                        || (!extended && (remainder || loadsReal(t)))) {
                    continue;
                }
            }
            return t;
        }
    }

    /** FLD, FILD, FADD, FIADD and the like, but for operands that fit into 24 bits. */
    private static boolean loadsReal(Template t) {
        if (t.special() != 'f') {
            return false;
        }
        return switch (t.opcode()[0]) {
            case 0xd8, 0xda, 0xdc -> true;
            case 0xd9, 0xdb, 0xdd -> t.extension() == 0;
            default -> t.extension() == 5;
        };
    }

    /**
     * Whether an operand in memory is either loaded or stored to. Of the others QEMU reads first,
     * so that its page fault is one of a load; a processor's is one of a store.
     */
    private static boolean onlyLoadsOrStores(Template t) {
        int opcode = t.opcode()[0];
        return t.special() == 'x'
                || (opcode >= 0x88 && opcode <= 0x8b)
                || opcode == 0xc6
                || opcode == 0xc7
                || opcode == 0x84
                || opcode == 0x85
                || (opcode < 0x40 && (opcode & 7) == 3);
    }

    private byte[] instruction(Template t) {
        depth += t.grows();
        Bytes code = new Bytes();
        if (t.opcode().length == 2 && t.opcode()[1] == 0xc7) {
            // QEMU 7.2 forgets flags it has not yet computed in CMPXCHG8B: PUSHF, POPF.
            code.all(0x9c, 0x9d);
        }
        int size = size(t);
        boolean prefix66 =
                t.size() != 'b'
                        && t.special() == ' '
                        && (size == 2) != (mode == Mode.SEGMENTED16)
                        && size != 8
                        && (size == 2 || mode == Mode.SEGMENTED16);
        boolean register =
                t.modrm() && !t.memoryOnly() && (t.registerOnly() || random.nextInt(100) < 55);
        boolean memory = t.modrm() && !register;
        if (memory && t.lock() && random.nextInt(8) == 0) {
            code.u8(0xf0);
        }
        Address address = memory ? address(t, size) : Address.NONE;
        if (address.segment() >= 0) {
            code.u8(new int[] {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65}[address.segment()]);
        }
        if (address.prefix67()) {
            code.u8(0x67);
        }
        if (prefix66) {
            code.u8(0x66);
        }
        int[] opcode = t.opcode();
        int first = 0;
        boolean mandatory =
                opcode.length > 1 && (opcode[0] == 0x66 || opcode[0] == 0xf2 || opcode[0] == 0xf3);
        if (mandatory) {
            code.u8(opcode[0]);
            first = 1;
        }
        int limit = mode.code64() ? 16 : 8;
        int reg =
                pickRegister(limit, t.special() == 'p' || (t.special() == 'f' && t.kind() == 'F'));
        int rm = pickRegister(limit, t.special() == 'p');
        if (t.extension() >= 0) {
            reg = t.extension();
        }
        int rex = 0;
        if (mode.code64()) {
            rex =
                    (size == 8 && t.size() != 'q' && t.size() != 'b' ? 8 : 0)
                            | (t.extension() < 0 && t.modrm() && reg > 7 ? 4 : 0)
                            | (memory
                                    ? address.rex()
                                    : (t.modrm() || t.inOpcode()) && rm > 7 ? 1 : 0);
            if (rex != 0 || (t.size() == 'b' && random.nextInt(3) == 0)) {
                code.u8(0x40 | rex);
            }
        }
        for (int i = first; i < opcode.length; i++) {
            boolean last = i == opcode.length - 1;
            code.u8(last && t.inOpcode() ? opcode[i] | (rm & 7) : opcode[i]);
        }
        if (t.modrm()) {
            if (register) {
                code.u8(0xc0 | (reg & 7) << 3 | (rm & 7));
            } else {
                code.append(address.bytes((reg & 7) << 3, at + code.length(), immediate(t, size)));
            }
        }
        switch (t.immediate()) {
            case "ib" -> code.u8(byteImmediate());
            case "i5" -> code.u8(random.nextInt(size == 2 ? 16 : 256));
            case "iw" -> code.value(2, random.nextInt());
            case "iz" -> code.value(size == 2 ? 2 : 4, valueImmediate());
            case "iv" -> code.value(size, valueImmediate());
            default -> {}
        }
        forget(t, reg, rm);
        int last = opcode[opcode.length - 1];
        boolean converts = last == 0x5a || last == 0x5b || last == 0xe6 || last == 0xc2;
        if (converts && (suited == 'S' || suited == 'D')) {
            // What is left may be any NaN, and which of two NaNs wins is not the same everywhere.
            suited = 'I';
        }
        if (t.undefined() != 0) {
            code.append(Composites.clearFlags(mode, t.undefined()));
        }
        return code.done();
    }

    private static int immediate(Template t, int size) {
        return switch (t.immediate()) {
            case "ib", "i5" -> 1;
            case "iw" -> 2;
            case "iz" -> size == 2 ? 2 : 4;
            case "iv" -> size;
            default -> 0;
        };
    }

    private int byteImmediate() {
        return random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(40);
    }

    private long valueImmediate() {
        return random.nextInt(3) == 0
                ? Values.EDGES[random.nextInt(Values.EDGES.length)]
                : random.nextLong();
    }

    private int size(Template t) {
        return switch (t.size()) {
            case 'b' -> 1;
            case 'v' -> mode.code64() ? 2 << random.nextInt(3) : 2 << random.nextInt(2);
            case 'd' -> mode.code64() ? 4 << random.nextInt(2) : 4;
            case 'n' -> mode == Mode.SEGMENTED16 ? 4 : mode.word;
            case 'q' -> mode.code64() ? 8 : mode.word;
            default -> 4;
        };
    }

    /** Any but the stack pointer, which 8-bit operands do not have by that number. */
    private int pickRegister(int limit, boolean low) {
        int r;
        do {
            r = random.nextInt(low ? 8 : limit);
        } while (r == 4);
        return r;
    }

    private void forget(Template t, int reg, int rm) {
        int changed = 0;
        if (t.modrm() || t.inOpcode()) {
            changed |= 1 << reg | 1 << rm;
            if (t.size() == 'b') {
                changed |= 1 << (reg & 3) | 1 << (rm & 3);
            }
        }
        for (char c : t.changes().toCharArray()) {
            changed |=
                    switch (c) {
                        case 'a' -> 1;
                        case 'c' -> 2;
                        case 'd' -> 4;
                        case 'b' -> 8;
                        case 'p' -> 0x20;
                        case 's' -> 0x40;
                        case 'i' -> 0x80;
                        default -> 0;
                    };
        }
        known &= ~(changed & 0xffef);
    }

    // ---- addresses ------------------------------------------------------------------------

    private Address address(Template t, int size) {
        int bytes = t.special() == ' ' ? Math.max(size, 1) : t.specialBytes();
        if (t.special() == ' ' && t.opcode().length == 2 && t.opcode()[1] == 0xc7) {
            bytes = 16;
        }
        int align = t.special() == 'x' || t.special() == 'p' || bytes == 16 ? bytes : 1;
        if (t.kind() == 'F' && t.special() == 'f') {
            align = 16;
        }
        int offset = random.nextInt((4096 - bytes) / align) * align;
        long target = scratch() + offset;
        if (mode.paging() && onlyLoadsOrStores(t) && random.nextInt(60) == 0) {
            target = 0x10000000L + random.nextInt(1 << 28);
            target -= target % 16;
        }
        int segment = -1;
        long base = 0;
        if (random.nextInt(6) == 0) {
            segment = random.nextInt(6);
            if (segment == 1 && !mode.code64()) {
                segment = 3;
            }
            base = segment == 4 ? FS_BASE : segment == 5 ? GS_BASE : 0;
            if (mode == Mode.SEGMENTED16) {
                base = 0;
            }
        }
        return Address.to(mode, random, target - base, segment, regs, known);
    }
}
