package dev.ferry.vmm.oracle;

/** A processor mode of the guest {@code oracle.asm}, in its numbering. */
enum Mode {
    /** Protected, 16-bit segments that begin at the record. */
    SEGMENTED16(0, 2),
    FLAT32(1, 4),
    PAE32(2, 4),
    LONG64(3, 8);

    private final int number;

    /** Bytes of an operand without prefixes, but for the 64-bit mode's 4. */
    final int word;

    Mode(int number, int word) {
        this.number = number;
        this.word = word;
    }

    boolean code64() {
        return this == LONG64;
    }

    boolean paging() {
        return this == PAE32 || this == LONG64;
    }

    /** The guest's number of it. */
    int number() {
        return number;
    }
}
