package dev.ferry.stream.vmstate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one QEMU knows how to load under a name: its static table of a device's state, of a
 * structure in it, or of a subsection, as {@code -dump-vmstate} shows it. Unlike a {@link
 * VmStateLayout}, which tells what one stream holds, it has all fields of all versions and all
 * subsections that there can be.
 *
 * @param name QEMU's vmsd name
 * @param version the version it writes, and the newest that it reads
 * @param minimumVersion the oldest version that it reads
 * @param fields in wire order; those of newer versions too
 * @param subsections all there can be
 */
public record VmStateTable(
        String name,
        long version,
        long minimumVersion,
        List<Field> fields,
        List<VmStateTable> subsections) {

    public VmStateTable {
        fields = List.copyOf(fields);
        subsections = List.copyOf(subsections);
    }

    /**
     * One field.
     *
     * @param name as in a stream's description: with {@code [k]} where the structure has several of
     *     this name
     * @param since the first version that has it; of no meaning for a conditional one
     * @param conditional whether the device decides while running if it is there
     * @param count elements of an array, 0 where the dump does not tell: of single values, of
     *     arrays of variable length, and of all arrays before QEMU 9.0
     * @param size bytes of the C object, of one element where {@code count} tells several; equal to
     *     those on the wire for integers, booleans and buffers, 0 where it varies
     * @param nested the structure it holds, or null
     */
    public record Field(
            String name,
            long since,
            boolean conditional,
            int count,
            long size,
            @Nullable VmStateTable nested) {

        /** Whether it is one of the stretches that nobody uses any more. */
        public boolean unused() {
            return name.equals("unused") || name.startsWith("unused[");
        }
    }

    /** The subsection of this name, or null. */
    public @Nullable VmStateTable subsection(String subsectionName) {
        for (VmStateTable subsection : subsections) {
            if (subsection.name.equals(subsectionName)) {
                return subsection;
            }
        }
        return null;
    }
}
