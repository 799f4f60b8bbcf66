package dev.ferry.tools.inspect;

import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code globalstate}: the source's run state when it stopped. QEMU
 * migration/global_state.c.
 *
 * @param runstate its name, such as {@code running}
 * @param nameBytes room for it on the wire: 100 up to QEMU 8.2, 32 since
 */
public record GlobalState(String runstate, int nameBytes) {

    /** The section's name. */
    public static final String SECTION = "globalstate";

    /** Reads the section; null if it has another shape. */
    public static @Nullable GlobalState of(StructValue state) {
        FieldValue field = state.field("runstate");
        if (field == null || !(field.value() instanceof BytesValue name)) {
            return null;
        }
        byte[] bytes = name.bytes();
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new GlobalState(
                new String(bytes, 0, length, StandardCharsets.ISO_8859_1), bytes.length);
    }
}
