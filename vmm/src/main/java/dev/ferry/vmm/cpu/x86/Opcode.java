package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/**
 * A row of the {@link OpcodeTable}.
 *
 * @param name mnemonic, or those of the group
 * @param form what follows
 * @param traits bits below
 */
record Opcode(String name, Form form, int traits, Factory factory) {

    /** Ends the block, since what follows may be decoded or interrupted differently. */
    static final int END = 1;

    /** Sets RIP itself; ends the block. */
    static final int JUMP = 2;

    /** May store to memory, and so to the instructions that follow. */
    static final int STORES = 4;

    /** LOCK may precede it if the ModRM byte names memory. */
    static final int LOCK = 8;

    /** Not in 64-bit mode. */
    static final int NO64 = 16;

    /** Operands have 64 bits in 64-bit mode unless there is a 66 prefix. */
    static final int STACK = 32;

    /** Operands have 64 bits in 64-bit mode. */
    static final int NEAR = 64;

    /** Neither in real nor in virtual-8086 mode. */
    static final int PROTECTED = 128;

    /** 8-bit operands. */
    static final int BYTE = 256;

    /** Sets RIP if a {@link Transfer} is made of it, as some of a group do. */
    static final int MAYBE_JUMP = 512;

    /** Makes what is executed. */
    @FunctionalInterface
    interface Factory {
        /**
         * Makes it.
         *
         * @return null if these bytes are no instruction
         */
        @Nullable Op make(Instruction in);
    }

    boolean has(int trait) {
        return (traits & trait) != 0;
    }
}
