package dev.ferry.tools.inspect;

import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import org.jspecify.annotations.Nullable;

/**
 * What a person asks about a vCPU first.
 *
 * @param index cpu index
 * @param pc instruction pointer
 * @param mode of an x86 CPU: real, virtual-8086, protected, long (compatibility) or long; empty for
 *     other architectures
 */
record GuestCpu(long index, long pc, String mode) {

    private static final long CR0_PE = 1;
    private static final long EFLAGS_VM = 1 << 17;
    private static final long EFER_LMA = 1 << 10;
    private static final long DESC_L = 1 << 21;
    private static final int R_CS = 1;

    /** Reads section {@code cpu}; null if it is of an architecture whose fields are not known. */
    static @Nullable GuestCpu of(long index, StructValue state) {
        Long rip = integer(state, "env.eip");
        Long cr0 = integer(state, "env.cr[0]");
        Long eflags = integer(state, "env.eflags");
        if (rip != null && cr0 != null && eflags != null) {
            Long efer = integer(state, "env.efer");
            return new GuestCpu(
                    index, rip, mode(cr0, eflags, efer == null ? 0 : efer, codeFlags(state)));
        }
        for (String name : new String[] {"env.pc", "env.nip", "pc"}) {
            Long pc = integer(state, name);
            if (pc != null) {
                return new GuestCpu(index, pc, "");
            }
        }
        return null;
    }

    private static String mode(long cr0, long eflags, long efer, long code) {
        if ((cr0 & CR0_PE) == 0) {
            return "real mode";
        }
        if ((efer & EFER_LMA) != 0) {
            return (code & DESC_L) != 0 ? "64-bit mode" : "compatibility mode";
        }
        return (eflags & EFLAGS_VM) != 0 ? "virtual-8086 mode" : "protected mode";
    }

    /** Flags of the code segment: the second of {@code env.segs}. */
    private static long codeFlags(StructValue state) {
        int seen = 0;
        for (FieldValue field : state.fields()) {
            if (!field.name().equals("env.segs")) {
                continue;
            }
            VmStateValue value = field.value();
            if (value instanceof VmStateValue.ArrayValue array) {
                value = array.elements().size() > R_CS ? array.elements().get(R_CS) : value;
                seen = R_CS;
            }
            if (seen++ == R_CS && value instanceof StructValue segment) {
                Long flags = integer(segment, "flags");
                return flags == null ? 0 : flags;
            }
        }
        return 0;
    }

    /** An integer field, or null. */
    static @Nullable Long integer(StructValue struct, String name) {
        FieldValue field = struct.field(name);
        if (field == null) {
            return null;
        }
        if (field.value() instanceof IntegerValue integer) {
            return integer.raw();
        }
        if (field.value() instanceof IntegerArray array && array.count() == 1) {
            return array.get(0).raw();
        }
        return null;
    }
}
