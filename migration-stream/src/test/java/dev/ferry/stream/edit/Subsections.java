package dev.ferry.stream.edit;

import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Subsections in values, found and taken out by making the values anew. */
final class Subsections {

    private Subsections() {}

    static Set<String> names(VmStateValue value) {
        Set<String> names = new TreeSet<>();
        collect(value, names);
        return names;
    }

    private static void collect(VmStateValue value, Set<String> names) {
        if (value instanceof StructValue struct) {
            struct.fields().forEach(field -> collect(field.value(), names));
            for (SubsectionValue subsection : struct.subsections()) {
                names.add(subsection.name());
                collect(subsection.body(), names);
            }
        } else if (value instanceof ArrayValue array) {
            array.elements().forEach(element -> collect(element, names));
        } else if (value instanceof ListValue list) {
            list.elements().forEach(element -> collect(element, names));
        } else if (value instanceof TreeValue tree) {
            tree.entries().forEach(entry -> collect(entry.value(), names));
        }
    }

    /** The bytes of {@code root} without subsections called {@code name}. */
    static byte[] without(StructValue root, String name) {
        return VmStateEncoder.encode(prune(root, name));
    }

    private static VmStateValue prune(VmStateValue value, String name) {
        return switch (value) {
            case StructValue struct -> prune(struct, name);
            case ArrayValue array -> {
                List<VmStateValue> elements = new ArrayList<>();
                array.elements().forEach(element -> elements.add(prune(element, name)));
                yield new ArrayValue(0, 0, elements);
            }
            case ListValue list -> {
                List<StructValue> elements = new ArrayList<>();
                list.elements().forEach(element -> elements.add(prune(element, name)));
                yield new ListValue(0, 0, elements);
            }
            case TreeValue tree -> {
                List<TreeValue.Entry> entries = new ArrayList<>();
                tree.entries()
                        .forEach(e ->
                                entries.add(
                                        new TreeValue.Entry(
                                                prune(e.key(), name), prune(e.value(), name))));
                yield new TreeValue(0, 0, entries);
            }
            default -> value;
        };
    }

    private static StructValue prune(StructValue struct, String name) {
        List<FieldValue> fields = new ArrayList<>();
        for (FieldValue field : struct.fields()) {
            fields.add(new FieldValue(field.layout(), prune(field.value(), name)));
        }
        List<SubsectionValue> subsections = new ArrayList<>();
        for (SubsectionValue subsection : struct.subsections()) {
            if (!subsection.name().equals(name)) {
                subsections.add(new SubsectionValue(0, prune(subsection.body(), name)));
            }
        }
        return new StructValue(0, 0, struct.name(), struct.version(), fields, subsections);
    }
}
