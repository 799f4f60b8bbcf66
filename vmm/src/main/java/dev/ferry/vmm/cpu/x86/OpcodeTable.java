package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.x86.Instruction.Mandatory;
import org.jspecify.annotations.Nullable;

/**
 * The instructions: rows by opcode map, opcode and mandatory prefix.
 *
 * <p>A row without a mandatory prefix stands for all prefixes that have no row of their own.
 */
final class OpcodeTable {

    /** The one-byte opcodes. */
    static final int ONE = 0;

    /** After 0F. */
    static final int TWO = 1;

    /** After 0F 38. */
    static final int THREE_38 = 2;

    /** After 0F 3A. */
    static final int THREE_3A = 3;

    private final @Nullable Opcode[] plain = new @Nullable Opcode[4 * 256];
    private final @Nullable Opcode[] prefixed = new @Nullable Opcode[4 * 4 * 256];

    static final OpcodeTable X86 = new OpcodeTable();

    private OpcodeTable() {
        IntegerOpcodes.addTo(this);
        SystemOpcodes.addTo(this);
        SseMoves.addTo(this);
        SseInteger.addTo(this);
        SseFloat.addTo(this);
        SseConversions.addTo(this);
        Mmx.addTo(this);
        X87Opcodes.addTo(this);
        FpuStateOpcodes.addTo(this);
    }

    /** Adds a row for an opcode whatever its prefixes. */
    void add(int map, int opcode, String name, Form form, int traits, Opcode.Factory factory) {
        plain[map << 8 | opcode] = new Opcode(name, form, traits, factory);
    }

    /** Adds a row for an opcode after this prefix, or without any ({@code NONE}). */
    void add(
            int map,
            Mandatory prefix,
            int opcode,
            String name,
            Form form,
            int traits,
            Opcode.Factory factory) {
        prefixed[prefix.number() << 10 | map << 8 | opcode] =
                new Opcode(name, form, traits, factory);
    }

    @Nullable Opcode find(int map, Mandatory prefix, int opcode) {
        Opcode special = prefixed[prefix.number() << 10 | map << 8 | opcode];
        return special != null ? special : plain[map << 8 | opcode];
    }
}
