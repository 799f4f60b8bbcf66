package dev.ferry.stream.vmstate;

import java.util.ArrayList;
import java.util.List;

/**
 * A field that a table has for the version being read.
 *
 * @param path from the structure that is being compared
 * @param conditional whether it may be missing
 */
record TableField(String path, VmStateTable.Field field, boolean conditional) {

    /** Those that a QEMU with {@code table} looks for in state of {@code version}. */
    static List<TableField> of(VmStateTable table, long version, String path) {
        List<TableField> fields = new ArrayList<>(table.fields().size());
        for (VmStateTable.Field field : table.fields()) {
            if (field.conditional() || field.since() <= version) {
                fields.add(new TableField(path + field.name(), field, field.conditional()));
            }
        }
        return fields;
    }

    /** The same, where arrays of variable length may be empty. */
    static List<TableField> withEmptyArrays(String structure, List<TableField> fields) {
        List<TableField> lenient = new ArrayList<>(fields.size());
        for (TableField field : fields) {
            boolean array =
                    field.field.count() == 0 && KnownArrays.contains(structure, field.field.name());
            lenient.add(new TableField(field.path, field.field, field.conditional || array));
        }
        return lenient;
    }

    /** Bytes on the wire if they follow from the C object's size, else -1. */
    long bytes() {
        if (field.nested() != null || field.size() == 0) {
            return -1;
        }
        return field.size() * Math.max(1, field.count());
    }
}
