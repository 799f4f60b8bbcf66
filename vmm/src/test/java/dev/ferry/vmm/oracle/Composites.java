package dev.ferry.vmm.oracle;

import java.util.SplittableRandom;

/** Groups of instructions that only make sense together. */
final class Composites {

    private final Mode mode;
    private final SplittableRandom random;
    private final long scratch;
    private final Bytes code = new Bytes();

    Composites(Mode mode, SplittableRandom random, long scratch) {
        this.mode = mode;
        this.random = random;
        this.scratch = scratch;
    }

    byte[] make() {
        switch (random.nextInt(7)) {
            case 0, 1, 2 -> string();
            case 3 -> call();
            case 4 -> frame();
            case 5 -> translate();
            default -> bitString();
        }
        return code.done();
    }

    /** MOV of an immediate into a register, of the mode's address size. */
    private void load(int register, long value) {
        if (mode.code64()) {
            code.u8(0x48);
        }
        code.u8(0xb8 + register).value(mode == Mode.SEGMENTED16 ? 2 : mode.word, value);
    }

    private long inside(int margin) {
        return scratch + margin + random.nextInt(4096 - 2 * margin);
    }

    private void string() {
        load(6, inside(200));
        load(7, inside(200));
        load(1, random.nextInt(20));
        if (random.nextInt(3) == 0) {
            code.u8(random.nextBoolean() ? 0xfc : 0xfd);
        }
        if (random.nextInt(3) == 0) {
            code.u8(0x64 + random.nextInt(2));
            // FS and GS have another base: look there, without a fault.
        }
        int which = new int[] {0xa4, 0xa6, 0xaa, 0xac, 0xae}[random.nextInt(5)];
        boolean wide = random.nextInt(3) != 0;
        if (wide && random.nextInt(3) == 0) {
            code.u8(0x66);
        }
        if (random.nextInt(4) != 0) {
            code.u8(random.nextBoolean() ? 0xf2 : 0xf3);
        }
        if (wide && mode.code64() && random.nextBoolean()) {
            code.u8(0x48);
        }
        code.u8(which + (wide ? 1 : 0));
    }

    /** CALL over a jump to RET, and back. */
    private void call() {
        int bytes = mode == Mode.SEGMENTED16 ? 2 : 4;
        code.u8(0xe8).value(bytes, 2);
        if (random.nextBoolean()) {
            code.all(0xeb, 1, 0xc3);
        } else {
            code.all(0xeb, 3, 0xc2, 8, 0);
        }
    }

    /** ENTER and LEAVE. */
    private void frame() {
        code.u8(0xc8).value(2, random.nextInt(64)).u8(random.nextInt(2));
        if (random.nextInt(4) != 0) {
            code.u8(0xc9);
        }
    }

    /** XLAT. */
    private void translate() {
        load(3, inside(512));
        code.u8(0xd7);
    }

    /** BT and its siblings with an offset that leads outside the operand. */
    private void bitString() {
        load(3, inside(600));
        load(2, random.nextInt(-2000, 2000));
        code.all(0x0f, new int[] {0xa3, 0xab, 0xb3, 0xbb}[random.nextInt(4)]);
        code.u8(mode == Mode.SEGMENTED16 ? 0x17 : 0x13);
        code.append(clearFlags(mode, 0x894));
    }

    /** PUSHF, AND, POPF. */
    static byte[] clearFlags(Mode mode, int undefined) {
        Bytes code = new Bytes().u8(0x9c);
        switch (mode) {
            case SEGMENTED16 ->
                    code.all(0x55, 0x89, 0xe5, 0x81, 0x66, 2).value(2, ~undefined).u8(0x5d);
            case FLAT32, PAE32 -> code.all(0x81, 0x24, 0x24).value(4, ~undefined);
            case LONG64 -> code.all(0x48, 0x81, 0x24, 0x24).value(4, ~undefined);
        }
        return code.u8(0x9d).done();
    }
}
