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
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decoded state in the words of QEMU's scripts/analyze-migration.py: hex numbers as wide as the
 * field, bytes as spaced hex, elements of an array collected under one name.
 */
final class AnalyzerView {

    private AnalyzerView() {}

    static Map<String, Object> of(StructValue struct) {
        Map<String, Object> view = new LinkedHashMap<>();
        for (FieldValue field : struct.fields()) {
            List<Object> values = new ArrayList<>();
            String type = field.layout().type().name();
            switch (field.value()) {
                case IntegerArray array -> {
                    for (int i = 0; i < array.count(); i++) {
                        values.add(leaf(array.get(i), type));
                    }
                }
                case ArrayValue array -> array.elements().forEach(e -> values.add(leaf(e, type)));
                default -> values.add(leaf(field.value(), type));
            }
            Object earlier = view.get(field.name());
            if (earlier instanceof List<?> list) {
                List<Object> joined = new ArrayList<>(list);
                joined.addAll(values);
                view.put(field.name(), joined);
            } else if (field.layout().repeat() instanceof Repeat.Once) {
                view.put(field.name(), values.getFirst());
            } else {
                view.put(field.name(), values);
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            view.put(subsection.name(), of(subsection.body()));
        }
        return view;
    }

    private static Object leaf(VmStateValue value, String type) {
        return switch (value) {
            case IntegerValue integer -> integer(integer, type);
            case BoolValue bool -> bool.value();
            case TextValue text -> text.text();
            case NullPointer _ -> type.equals("nullptr") ? "nullptr" : "30";
            case StructValue struct when type.equals("struct") -> of(struct);
            case StructValue _, ListValue _, TreeValue _, BytesValue _, PointerMarker _ ->
                    bytes(value);
            case ArrayValue _, IntegerArray _ ->
                    throw new AssertionError("an array is no element of an array");
        };
    }

    private static Object integer(IntegerValue value, String type) {
        if (type.equals("timer") || type.equals("CPU_Double_U")) {
            return bytes(value);
        }
        int digits = value.width() * 2;
        long bits = value.width() == 8 ? value.raw() : value.raw() & ((1L << (digits * 4)) - 1);
        String hex = "0x" + ("%0" + digits + "x").formatted(bits);
        return value.signed() && value.raw() < 0 ? hex + " (" + value.raw() + ")" : hex;
    }

    private static String bytes(VmStateValue value) {
        StringBuilder text = new StringBuilder();
        for (byte b : VmStateEncoder.encode(value)) {
            if (!text.isEmpty()) {
                text.append(' ');
            }
            text.append(Character.forDigit(b >> 4 & 0xf, 16))
                    .append(Character.forDigit(b & 0xf, 16));
        }
        return text.toString();
    }
}
