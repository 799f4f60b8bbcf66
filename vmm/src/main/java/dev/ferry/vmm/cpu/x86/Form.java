package dev.ferry.vmm.cpu.x86;

/** What follows an opcode. */
enum Form {
    NONE(false, 0),
    /** One byte, sign-extended. */
    IB(false, 1),
    IW(false, 2),
    /** 16 or 32 bits by operand size, sign-extended. */
    IZ(false, Form.Z),
    /** As long as the operand. */
    IV(false, Form.V),
    /** An address, as long as addresses are. */
    MOFFS(false, Form.A),
    /** Offset of 16 or 32 bits, then a selector. */
    FAR(false, Form.P),
    /** ENTER: two bytes, then one. */
    IW_IB(false, Form.E),
    MODRM(true, 0),
    MODRM_IB(true, 1),
    MODRM_IZ(true, Form.Z),
    /** An immediate if ModRM's register field is 0 or 1: TEST among its group. */
    MODRM_TEST(true, Form.T),
    /** A ModRM byte whose upper two bits are ignored: a register always. */
    MODRM_REGISTER(true, 0);

    static final int Z = 16;
    static final int V = 17;
    static final int A = 18;
    static final int P = 19;
    static final int E = 20;
    static final int T = 21;

    final boolean modrm;

    /** Bytes, or one of the letters. */
    final int immediate;

    Form(boolean modrm, int immediate) {
        this.modrm = modrm;
        this.immediate = immediate;
    }
}
