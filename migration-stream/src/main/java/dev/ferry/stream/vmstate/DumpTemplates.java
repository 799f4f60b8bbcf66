package dev.ferry.stream.vmstate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes of a dump's tables what helps to read streams without a description.
 *
 * <p>Wire types are not in a dump; sizes are those of C objects. What is made of that: 1, 2, 4 and
 * 8 bytes are unsigned integers (booleans and signed ones look the same there), other sizes are
 * buffers, a size of 0 is a value of unknown length, {@code field_exists} is a field that may be
 * missing, {@code num} (since 9.0) the number of elements. Lengths that other fields hold are not
 * told, and devices without a table (the CPU among them) are not in the file.
 */
final class DumpTemplates {

    private final List<LayoutTemplate> sections = new ArrayList<>();
    private final Map<String, LayoutTemplate> subsections = new HashMap<>();
    private final List<String> notes = new ArrayList<>();

    DumpTemplates(VmStateDump dump) {
        dump.forEach((type, table) -> sections.add(template(table, type)));
    }

    List<LayoutTemplate> sections() {
        return sections;
    }

    Map<String, LayoutTemplate> subsections() {
        return subsections;
    }

    /** What the file leaves open, in words. */
    List<String> notes() {
        return notes;
    }

    private LayoutTemplate template(VmStateTable table, String type) {
        List<FieldTemplate> fields = new ArrayList<>();
        for (VmStateTable.Field field : table.fields()) {
            if (field.conditional() || field.since() <= table.version()) {
                fields.add(template(field, type));
            } else if (field.nested() != null) {
                // Its subsections are worth knowing all the same.
                LayoutTemplate _ = template(field.nested(), type);
            }
        }
        for (VmStateTable subsection : table.subsections()) {
            subsections.putIfAbsent(subsection.name(), template(subsection, type));
        }
        return new LayoutTemplate(table.name(), (int) table.version(), fields);
    }

    private FieldTemplate template(VmStateTable.Field field, String type) {
        int count = Math.max(1, field.count());
        List<Integer> counts = field.conditional() ? List.of(count, 0) : List.of(count);
        FieldType wire;
        List<Long> sizes = List.of(field.size());
        VmStateTable table = field.nested();
        LayoutTemplate nested = table == null ? null : template(table, type);
        if (nested != null) {
            wire = FieldType.of("struct");
            sizes = List.of();
        } else if (field.size() == 0) {
            wire = FieldType.of(field.name().equals("virtio") ? field.name() : "unknown");
            sizes = List.of();
            notes.add(type + ": the length of field '" + field.name() + "' is not told");
        } else if (field.size() <= Long.BYTES && Long.bitCount(field.size()) == 1) {
            wire = FieldType.of("uint" + field.size() * 8);
        } else {
            wire = FieldType.of("buffer");
        }
        return new FieldTemplate(
                field.name(), wire, nested != null && count > 1, 0, counts, sizes, list(nested));
    }

    private static List<LayoutTemplate> list(@Nullable LayoutTemplate nested) {
        return nested == null ? List.of() : List.of(nested);
    }
}
