package dev.ferry.stream.edit;

import dev.ferry.stream.vmstate.RunStates;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The run state in section {@code globalstate}: what the VM was doing, by name. It stands in a
 * buffer padded with zeros, and its length with one zero in a field before that.
 *
 * <p>Source: QEMU migration/global_state.c; qapi/run-state.json, RunState.
 */
final class RunState {

    static final String SECTION = "globalstate";
    static final String FIELD = "runstate";
    private static final String LENGTH = "size";

    private RunState() {}

    /** Whether {@code value} for {@code path} means a run state by its name, not plain bytes. */
    static boolean isMeant(SectionName section, String path, String value) {
        return section.name().equals(SECTION)
                && path.equals(FIELD)
                && !value.startsWith(FieldText.TEXT)
                && FieldText.hex(value) == null;
    }

    /** Adds what changes when the run state becomes {@code name}. */
    static void set(StructValue globalState, String name, Splices splices, String what)
            throws EditException {
        if (!RunStates.NAMES.contains(name)) {
            throw new EditException(
                    "no run state '" + name + "'" + Names.instead(name, RunStates.NAMES));
        }
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        FieldValue state = globalState.field(FIELD);
        FieldValue length = globalState.field(LENGTH);
        if (state == null
                || length == null
                || !(state.value() instanceof BytesValue buffer)
                || !(length.value() instanceof IntegerValue integer)
                || buffer.bytes().length <= text.length) {
            throw new EditException("the section is not as QEMU's: set its bytes in hex");
        }
        splices.replace(
                buffer.offset(), buffer.length(), Arrays.copyOf(text, buffer.bytes().length), what);
        splices.replace(
                integer.offset(),
                integer.length(),
                FieldText.bytes(
                        new FieldLookup.Found(integer, -1), Integer.toString(text.length + 1)),
                what);
    }
}
