package dev.ferry.tools.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ferry.stream.vmstate.Repeat;
import dev.ferry.stream.vmstate.VmStateValue;
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
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Device state as JSON: field names and nesting of the stream's description.
 *
 * <ul>
 *   <li>an integer is a number, a truth value a boolean, bytes are lower-case hex
 *   <li>fields of one name, and arrays, become one array at the place of the first; a null pointer
 *       in one is null
 *   <li>a subsection is an object under its full name, behind the fields
 *   <li>a tree is an array of {@code {"key", "value"}}
 * </ul>
 */
public final class ValueJson {

    private final JsonGenerator out;

    private ValueJson(JsonGenerator out) {
        this.out = out;
    }

    /** Writes one value. */
    public static void write(JsonGenerator out, VmStateValue value) throws IOException {
        new ValueJson(out).value(value);
    }

    private void value(VmStateValue value) throws IOException {
        switch (value) {
            case IntegerValue integer -> integer(integer);
            case BoolValue bool -> out.writeBoolean(bool.value());
            case BytesValue bytes -> out.writeString(Json.hex(bytes.bytes()));
            case TextValue text -> out.writeString(text.text());
            case NullPointer none -> out.writeNull();
            // Says only that the element follows it, which then shows.
            case PointerMarker marker -> out.writeBoolean(true);
            case ArrayValue array -> {
                out.writeStartArray();
                elements(array);
                out.writeEndArray();
            }
            case IntegerArray array -> {
                out.writeStartArray();
                elements(array);
                out.writeEndArray();
            }
            case StructValue struct -> struct(struct);
            case ListValue list -> {
                out.writeStartArray();
                for (StructValue element : list.elements()) {
                    struct(element);
                }
                out.writeEndArray();
            }
            case TreeValue tree -> tree(tree);
        }
    }

    private void integer(IntegerValue integer) throws IOException {
        if (integer.signed()) {
            Json.integer(out, integer.raw());
        } else {
            Json.unsigned(out, integer.raw());
        }
    }

    private void elements(VmStateValue value) throws IOException {
        switch (value) {
            case ArrayValue array -> {
                for (VmStateValue element : array.elements()) {
                    value(element);
                }
            }
            case IntegerArray array -> {
                for (int i = 0; i < array.count(); i++) {
                    integer(array.get(i));
                }
            }
            case IntegerValue v -> value(v);
            case BoolValue v -> value(v);
            case BytesValue v -> value(v);
            case TextValue v -> value(v);
            case NullPointer v -> value(v);
            case PointerMarker v -> value(v);
            case StructValue v -> value(v);
            case ListValue v -> value(v);
            case TreeValue v -> value(v);
        }
    }

    private void struct(StructValue struct) throws IOException {
        out.writeStartObject();
        List<FieldValue> fields = struct.fields();
        Map<String, Integer> counts = HashMap.newHashMap(fields.size());
        for (FieldValue field : fields) {
            counts.merge(field.name(), 1, Integer::sum);
        }
        for (SubsectionValue subsection : struct.subsections()) {
            counts.merge(subsection.name(), 1, Integer::sum);
        }
        for (int i = 0; i < fields.size(); i++) {
            FieldValue field = fields.get(i);
            int left = counts.getOrDefault(field.name(), 0);
            if (left == 0) {
                continue;
            }
            out.writeFieldName(field.name());
            if (left == 1 && field.layout().repeat() instanceof Repeat.Once) {
                value(field.value());
            } else {
                // From here to the end, so that a hostile number of names costs no more than
                // others.
                array(struct, i, field.name());
            }
            counts.put(field.name(), 0);
        }
        for (SubsectionValue subsection : struct.subsections()) {
            if (counts.getOrDefault(subsection.name(), 0) == 1) {
                out.writeFieldName(subsection.name());
                struct(subsection.body());
            } else if (counts.getOrDefault(subsection.name(), 0) > 1) {
                out.writeFieldName(subsection.name());
                array(struct, fields.size(), subsection.name());
                counts.put(subsection.name(), 0);
            }
        }
        out.writeEndObject();
    }

    /** All that is called {@code name}, from field {@code first} on. */
    private void array(StructValue struct, int first, String name) throws IOException {
        out.writeStartArray();
        for (int i = first; i < struct.fields().size(); i++) {
            FieldValue field = struct.fields().get(i);
            if (field.name().equals(name)) {
                elements(field.value());
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            if (subsection.name().equals(name)) {
                struct(subsection.body());
            }
        }
        out.writeEndArray();
    }

    private void tree(TreeValue tree) throws IOException {
        out.writeStartArray();
        for (TreeValue.Entry entry : tree.entries()) {
            out.writeStartObject();
            out.writeFieldName("key");
            value(entry.key());
            out.writeFieldName("value");
            struct(entry.value());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
