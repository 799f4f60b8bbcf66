package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/**
 * Turns bytes into an {@link Op}: prefixes, opcode, ModRM and SIB, displacement, immediates, in
 * 16-, 32- and 64-bit code; then the row's factory.
 */
final class Decoder {

    private static final int LONGEST = 15;

    private final CodeFetch fetch;
    private final Instruction in = new Instruction();
    private int length;
    private int traits;
    private long at;

    /** Whether the address just decoded counts from the next instruction. */
    private boolean relative;

    Decoder(CodeFetch fetch) {
        this.fetch = fetch;
    }

    /** Traits of the instruction decoded last. */
    int traits() {
        return traits;
    }

    /** Its length in bytes. */
    int length() {
        return length;
    }

    /**
     * Decodes one instruction.
     *
     * @param linear where it is
     * @param start bytes from the beginning of its block
     * @throws CpuFault #PF or #GP of the fetch
     */
    Op decode(long linear, int start, int mode) {
        at = linear;
        length = 0;
        traits = 0;
        relative = false;
        Instruction i = in;
        i.mode = mode;
        i.start = start;
        i.lock = false;
        i.repeat = 0;
        i.operandPrefix = false;
        i.segmentPrefix = -1;
        i.rex = 0;
        i.map = 0;
        i.modrm = 0;
        boolean code64 = i.code64();
        boolean addressPrefix = false;
        int b;
        prefixes:
        while (true) {
            b = u8();
            switch (b) {
                case 0x26, 0x2e, 0x36, 0x3e -> {
                    i.rex = 0;
                    if (!code64) {
                        i.segmentPrefix = b >> 3 & 3;
                    }
                }
                case 0x64, 0x65 -> {
                    i.rex = 0;
                    i.segmentPrefix = b - 0x60;
                }
                case 0x66 -> {
                    i.rex = 0;
                    i.operandPrefix = true;
                }
                case 0x67 -> {
                    i.rex = 0;
                    addressPrefix = true;
                }
                case 0xf0 -> {
                    i.rex = 0;
                    i.lock = true;
                }
                case 0xf2, 0xf3 -> {
                    i.rex = 0;
                    i.repeat = b;
                }
                default -> {
                    if (!code64 || (b & 0xf0) != 0x40) {
                        break prefixes;
                    }
                    i.rex = b;
                }
            }
        }
        if (b == 0x0f) {
            b = u8();
            i.map = OpcodeTable.TWO;
            if (b == 0x38 || b == 0x3a) {
                i.map = b == 0x38 ? OpcodeTable.THREE_38 : OpcodeTable.THREE_3A;
                b = u8();
            }
        }
        i.opcode = b;
        boolean wide = (mode & (X86Vcpu.CODE32 | X86Vcpu.CODE64)) != 0;
        i.operandBytes = (i.rex & 8) != 0 ? 8 : wide != i.operandPrefix ? 4 : 2;
        i.addressBytes = code64 ? addressPrefix ? 4 : 8 : wide != addressPrefix ? 4 : 2;
        Opcode row = OpcodeTable.X86.find(i.map, i.mandatory(), b);
        if (row == null) {
            return unknown();
        }
        traits = row.traits();
        if (row.has(Opcode.BYTE)) {
            i.operandBytes = 1;
        } else if (code64 && row.has(Opcode.NEAR)) {
            i.operandBytes = 8;
        } else if (code64 && row.has(Opcode.STACK)) {
            i.operandBytes = i.operandPrefix ? 2 : 8;
        }
        Form form = row.form();
        if (form.modrm) {
            i.modrm = u8();
            if (form == Form.MODRM_REGISTER) {
                i.modrm |= 0xc0;
            } else if (i.memoryForm()) {
                i.ea(address());
            }
        }
        int immediate = form.immediate;
        if (immediate == Form.T) {
            immediate = i.extension() > 1 ? 0 : i.operandBytes == 1 ? 1 : Form.Z;
        }
        immediates(immediate);
        i.next = start + length;
        if (i.memoryForm() && form.modrm && i.code64() && relative) {
            i.ea(i.ea().plus(i.next));
        }
        if ((row.has(Opcode.NO64) && code64)
                || (row.has(Opcode.PROTECTED) && (mode & X86Vcpu.PROTECTED) == 0)
                || (i.lock && !(row.has(Opcode.LOCK) && form.modrm && i.memoryForm()))) {
            return unknown();
        }
        Op op = row.factory().make(i);
        if (op == null) {
            return unknown();
        }
        if (row.has(Opcode.MAYBE_JUMP) && op instanceof Transfer) {
            traits |= Opcode.JUMP;
        }
        return op;
    }

    private Op unknown() {
        traits = Opcode.JUMP;
        StringBuilder bytes = new StringBuilder();
        for (int k = 0; k < length; k++) {
            int b = fetch.at(at + k);
            bytes.append(k == 0 ? "" : " ")
                    .append(Character.forDigit(b >> 4, 16))
                    .append(Character.forDigit(b & 15, 16));
        }
        return new SystemOps.Unknown(in.start, bytes.toString());
    }

    private int u8() {
        if (length == LONGEST) {
            throw fetch.tooLong();
        }
        return fetch.at(at + length++);
    }

    private int u16() {
        int low = u8();
        return low | u8() << 8;
    }

    private int i32() {
        int low = u16();
        return low | u16() << 16;
    }

    private long i64() {
        long low = i32() & 0xffffffffL;
        return low | (long) i32() << 32;
    }

    private void immediates(int kind) {
        Instruction i = in;
        switch (kind) {
            case 0 -> i.immediate = 0;
            case 1 -> i.immediate = (byte) u8();
            case 2 -> i.immediate = u16();
            case Form.Z -> i.immediate = i.operandBytes == 2 ? (short) u16() : i32();
            case Form.V ->
                    i.immediate =
                            switch (i.operandBytes) {
                                case 1 -> (byte) u8();
                                case 2 -> (short) u16();
                                case 4 -> i32();
                                default -> i64();
                            };
            case Form.A ->
                    i.immediate =
                            switch (i.addressBytes) {
                                case 2 -> u16();
                                case 4 -> i32() & 0xffffffffL;
                                default -> i64();
                            };
            case Form.P -> {
                i.immediate = i.operandBytes == 2 ? u16() : i32() & 0xffffffffL;
                i.immediate2 = u16();
            }
            case Form.E -> {
                i.immediate = u16();
                i.immediate2 = u8();
            }
            default -> throw new IllegalStateException("no such form");
        }
    }

    private Ea address() {
        return in.addressBytes == 2 ? address16() : addressWide();
    }

    private Ea ea(int usual, int base, int index, int scale, long displacement) {
        int segment = in.segmentOr(usual);
        return new Ea(
                segment,
                base,
                index,
                scale,
                displacement,
                in.addressMask(),
                in.checked(segment),
                relative,
                in.linearMask());
    }

    private static final int[] BASE16 = {3, 3, 5, 5, 6, 7, 5, 3};
    private static final int[] INDEX16 = {6, 7, 6, 7, 16, 16, 16, 16};

    private Ea address16() {
        int mod = in.modrm >> 6;
        int rm = in.modrm & 7;
        if (mod == 0 && rm == 6) {
            return ea(X86Vcpu.DS, 16, 16, 0, u16());
        }
        long displacement = mod == 1 ? (byte) u8() : mod == 2 ? (short) u16() : 0;
        int usual = rm == 2 || rm == 3 || rm == 6 ? X86Vcpu.SS : X86Vcpu.DS;
        return ea(usual, BASE16[rm], INDEX16[rm], 0, displacement);
    }

    private Ea addressWide() {
        int mod = in.modrm >> 6;
        int rm = in.modrm & 7;
        int base = rm | (in.rex & 1) << 3;
        int index = X86Vcpu.NO_REGISTER;
        int scale = 0;
        boolean noBase = mod == 0 && rm == 5;
        if (rm == 4) {
            int sib = u8();
            base = (sib & 7) | (in.rex & 1) << 3;
            index = (sib >> 3 & 7) | (in.rex & 2) << 2;
            scale = sib >> 6;
            if (index == 4) {
                index = X86Vcpu.NO_REGISTER;
                scale = 0;
            }
            noBase = mod == 0 && (sib & 7) == 5;
        } else if (noBase && in.code64()) {
            relative = true;
        }
        long displacement = mod == 1 ? (byte) u8() : mod == 2 || noBase ? i32() : 0;
        int usual = !noBase && (base == 4 || base == 5) ? X86Vcpu.SS : X86Vcpu.DS;
        return ea(usual, noBase ? X86Vcpu.NO_REGISTER : base, index, scale, displacement);
    }

    /** For rows that only exist to be refused. */
    static @Nullable Op none(Instruction in) {
        return null;
    }
}
