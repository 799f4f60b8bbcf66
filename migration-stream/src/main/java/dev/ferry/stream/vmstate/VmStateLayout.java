package dev.ferry.stream.vmstate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a device's state, of a structure in it, or of a subsection.
 *
 * <pre>
 *  on the wire:  fields, in order, without tags or padding
 *                then per subsection  u8 0x05, str8 name, u32 version, its own fields and subsections
 * </pre>
 *
 * @param name QEMU's vmsd name, for example {@code cpu}; a subsection's begins with its owner's
 * @param version the version the fields are in
 * @param subsections in the order they are emitted; only those that are on the wire when the layout
 *     comes from a stream
 */
public record VmStateLayout(
        String name, int version, List<FieldLayout> fields, List<VmStateLayout> subsections) {

    public VmStateLayout {
        fields = List.copyOf(fields);
        subsections = List.copyOf(subsections);
    }

    /** The subsection of this name, or null. */
    public @Nullable VmStateLayout subsection(String subsectionName) {
        for (VmStateLayout subsection : subsections) {
            if (subsection.name.equals(subsectionName)) {
                return subsection;
            }
        }
        return null;
    }
}
