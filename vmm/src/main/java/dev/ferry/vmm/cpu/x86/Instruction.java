package dev.ferry.vmm.cpu.x86;

/** What the decoder knows of one instruction: what the factories of {@link Op}s choose by. */
final class Instruction {

    /** Prefixes that choose among instructions of the same opcode. */
    enum Mandatory {
        NONE(0),
        P66(1),
        F3(2),
        F2(3);

        private final int number;

        Mandatory(int number) {
            this.number = number;
        }

        int number() {
            return number;
        }
    }

    /** {@link X86Vcpu#mode}. */
    int mode;

    /** Bytes from where the block begins to this instruction. */
    int start;

    /** Bytes from where the block begins to the next instruction. */
    int next;

    boolean lock;

    /** 0, 0xf2 or 0xf3. */
    int repeat;

    boolean operandPrefix;

    /** The segment that a prefix names, or -1. */
    int segmentPrefix;

    /** 0, or 0x40 to 0x4f. */
    int rex;

    /** 0: one byte; 1: 0F; 2: 0F 38; 3: 0F 3A. */
    int map;

    int opcode;
    int modrm;

    /** 1, 2, 4 or 8. */
    int operandBytes;

    /** 2, 4 or 8. */
    int addressBytes;

    long immediate;

    /** The second one of ENTER and of far pointers. */
    int immediate2;

    private Ea ea = new Ea(0, 16, 16, 0, 0, -1, false, false, -1);

    boolean code64() {
        return (mode & X86Vcpu.CODE64) != 0;
    }

    /** Whether ModRM names a register. */
    boolean registerForm() {
        return modrm >= 0xc0;
    }

    boolean memoryForm() {
        return modrm < 0xc0;
    }

    /** The register field, with REX.R. */
    int reg() {
        return (modrm >> 3 & 7) | (rex & 4) << 1;
    }

    /** The register field without REX, where it extends the opcode. */
    int extension() {
        return modrm >> 3 & 7;
    }

    /** The register that ModRM's r/m names, with REX.B. */
    int rm() {
        return (modrm & 7) | (rex & 1) << 3;
    }

    /** The register that the low bits of the opcode name, with REX.B. */
    int opcodeRegister() {
        return (opcode & 7) | (rex & 1) << 3;
    }

    /** The memory operand; only if {@link #memoryForm}. */
    Ea ea() {
        return ea;
    }

    void ea(Ea address) {
        ea = address;
    }

    /** Register or memory, as ModRM says. */
    Operand rmOperand(int size) {
        return memoryForm() ? Operand.memory(size, ea) : Operand.register(size, rm(), rex != 0);
    }

    Operand rmOperand() {
        return rmOperand(operandBytes);
    }

    Operand regOperand(int size) {
        return Operand.register(size, reg(), rex != 0);
    }

    Operand regOperand() {
        return regOperand(operandBytes);
    }

    /** 64 less the bits of the operands. */
    int shift() {
        return 64 - 8 * operandBytes;
    }

    long addressMask() {
        return mask(addressBytes);
    }

    static long mask(int bytes) {
        return bytes == 8 ? -1 : (1L << (8 * bytes)) - 1;
    }

    /** What RIP is masked with after a near jump with this operand size. */
    long jumpMask() {
        return mask(operandBytes);
    }

    /** The segment of a string instruction's source and the like. */
    int segmentOr(int usual) {
        return segmentPrefix >= 0 ? segmentPrefix : usual;
    }

    /** Whether limits and rights of that segment are to be checked at each access. */
    boolean checked(int segment) {
        if (code64()) {
            return false;
        }
        return (mode & X86Vcpu.FLAT) == 0
                || segment == X86Vcpu.CS
                || segment == X86Vcpu.FS
                || segment == X86Vcpu.GS;
    }

    long linearMask() {
        return code64() ? -1 : 0xffffffffL;
    }

    Mandatory mandatory() {
        return switch (repeat) {
            case 0xf3 -> Mandatory.F3;
            case 0xf2 -> Mandatory.F2;
            default -> operandPrefix ? Mandatory.P66 : Mandatory.NONE;
        };
    }
}
