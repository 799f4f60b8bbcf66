package dev.ferry.stream.vmstate;

import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.PointerMarker;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.util.ArrayList;
import java.util.List;

/**
 * A field as a stream has it, with all elements of an array together, however they are described.
 *
 * @param path from the structure that is being compared
 * @param elements the structures it holds; of a list and a tree too
 * @param single whether it is no array, list or tree
 * @param bytes of all of it on the wire
 */
record SourceField(
        String path,
        String name,
        long offset,
        FieldType type,
        int count,
        long elementSize,
        boolean single,
        List<StructValue> elements,
        long bytes) {

    /** All fields of a structure. */
    static List<SourceField> of(StructValue struct, String path) {
        List<SourceField> fields = new ArrayList<>();
        List<FieldValue> values = struct.fields();
        for (int i = 0; i < values.size(); ) {
            FieldValue first = values.get(i);
            int end = i + 1;
            // Names are unique in a structure, but for runs of one array's elements.
            while (end < values.size() && values.get(end).name().equals(first.name())) {
                end++;
            }
            SourceField field = of(values.subList(i, end), path);
            if (field.count > 0) {
                fields.add(field);
            }
            i = end;
        }
        return fields;
    }

    private static SourceField of(List<FieldValue> values, String path) {
        FieldValue first = values.getFirst();
        List<StructValue> elements = new ArrayList<>();
        int count = 0;
        long bytes = 0;
        for (FieldValue value : values) {
            count += elements(value.value(), elements);
            bytes += value.value().length();
        }
        FieldType type = first.layout().type();
        boolean single =
                values.size() == 1
                        && first.layout().repeat() instanceof Repeat.Once
                        && type.kind() != FieldType.Kind.LIST
                        && type.kind() != FieldType.Kind.TREE;
        return new SourceField(
                path + first.name(),
                first.name(),
                first.value().offset(),
                type,
                count,
                first.layout().size(),
                single,
                elements,
                bytes);
    }

    /** Gathers structures and returns how many elements there are. */
    private static int elements(VmStateValue value, List<StructValue> into) {
        switch (value) {
            case StructValue struct -> into.add(struct);
            case ListValue list -> into.addAll(list.elements());
            case TreeValue tree -> {
                for (TreeValue.Entry entry : tree.entries()) {
                    into.add(entry.value());
                }
            }
            case ArrayValue array -> {
                for (VmStateValue element : array.elements()) {
                    int _ = elements(element, into);
                }
                return array.elements().size();
            }
            case IntegerArray array -> {
                return array.count();
            }
            // Stands before an element that is told of on its own.
            case PointerMarker _ -> {
                return 0;
            }
            case IntegerValue _ -> {}
            case BoolValue _ -> {}
            case BytesValue _ -> {}
            case TextValue _ -> {}
            case NullPointer _ -> {}
        }
        return 1;
    }

    boolean structured() {
        return !elements.isEmpty();
    }

    boolean unused() {
        return type.kind() == FieldType.Kind.UNUSED;
    }

    /** Whether the wire has as many bytes for an element as the C object has. */
    boolean sizeTells() {
        return switch (type.kind()) {
            case INTEGER -> !type.name().equals("timer");
            case BOOL, BUFFER, UNUSED -> true;
            case BITMAP,
                    CAPABILITY,
                    NULL_POINTER,
                    POINTER_MARKER,
                    STRUCT,
                    VERSIONED_STRUCT,
                    TEMPORARY,
                    LIST,
                    TREE,
                    OPAQUE ->
                    false;
        };
    }
}
