package dev.ferry.tools.inspect;

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
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import java.io.PrintStream;

/** A device's state as an indented tree: integers in hex, bytes as dumps. */
final class ValueText {

    private static final String STEP = "  ";
    private static final int DUMP = 32;
    private static final int LINE = 8;

    private final PrintStream out;

    ValueText(PrintStream out) {
        this.out = out;
    }

    void print(StructValue struct, String indent) {
        for (FieldValue field : struct.fields()) {
            String name = SafeText.of(field.name());
            if (field.layout().repeat() instanceof Repeat.Element(int index)) {
                name += "[" + index + "]";
            }
            value(name, field.value(), indent);
        }
        for (SubsectionValue subsection : struct.subsections()) {
            out.println(
                    indent
                            + SafeText.of(subsection.name())
                            + "  (subsection, version "
                            + subsection.body().version()
                            + ")");
            print(subsection.body(), indent + STEP);
        }
    }

    private void value(String name, VmStateValue value, String indent) {
        switch (value) {
            case IntegerValue integer -> leaf(name, integer(integer), indent);
            case BoolValue bool -> leaf(name, Boolean.toString(bool.value()), indent);
            case BytesValue bytes -> bytes(name, bytes.bytes(), indent);
            case TextValue text -> leaf(name, "\"" + SafeText.of(text.text()) + "\"", indent);
            case NullPointer none -> leaf(name, "null", indent);
            case PointerMarker marker -> leaf(name, "follows", indent);
            case IntegerArray array -> integers(name, array, indent);
            case ArrayValue array -> {
                for (int i = 0; i < array.elements().size(); i++) {
                    value(name + "[" + i + "]", array.elements().get(i), indent);
                }
            }
            case StructValue struct -> {
                out.println(indent + name);
                print(struct, indent + STEP);
            }
            case ListValue list -> {
                out.println(
                        indent + name + "  " + Quantity.count(list.elements().size(), "element"));
                for (int i = 0; i < list.elements().size(); i++) {
                    value(name + "[" + i + "]", list.elements().get(i), indent + STEP);
                }
            }
            case TreeValue tree -> {
                out.println(indent + name + "  " + Quantity.count(tree.entries().size(), "node"));
                for (TreeValue.Entry entry : tree.entries()) {
                    value("key", entry.key(), indent + STEP);
                    value("value", entry.value(), indent + STEP);
                }
            }
        }
    }

    private void leaf(String name, String value, String indent) {
        out.println(indent + name + "  " + value);
    }

    private static String integer(IntegerValue integer) {
        String digits = Long.toHexString(integer.raw());
        int width = integer.width() * 2;
        if (digits.length() > width) {
            digits = digits.substring(digits.length() - width);
        }
        return "0x" + digits;
    }

    private void integers(String name, IntegerArray array, String indent) {
        for (int i = 0; i < array.count(); i += LINE) {
            StringBuilder line = new StringBuilder();
            for (int k = i; k < Math.min(array.count(), i + LINE); k++) {
                line.append(line.isEmpty() ? "" : " ").append(integer(array.get(k)));
            }
            leaf(array.count() <= LINE ? name : name + "[" + i + "]", line.toString(), indent);
        }
    }

    private void bytes(String name, byte[] bytes, String indent) {
        if (bytes.length <= DUMP) {
            leaf(name, hex(bytes, 0, bytes.length), indent);
            return;
        }
        out.println(indent + name + "  " + bytes.length + " bytes");
        boolean skipping = false;
        for (int i = 0; i < bytes.length; i += DUMP) {
            int end = Math.min(bytes.length, i + DUMP);
            boolean zero = end < bytes.length && i > 0 && isZero(bytes, i, end);
            if (!zero) {
                out.println(indent + STEP + offset(i) + "  " + hex(bytes, i, end));
            } else if (!skipping) {
                out.println(indent + STEP + "*");
            }
            skipping = zero;
        }
    }

    private static boolean isZero(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static String offset(int i) {
        String hex = Integer.toHexString(i);
        return "0".repeat(Math.max(0, 6 - hex.length())) + hex;
    }

    private static String hex(byte[] bytes, int from, int end) {
        StringBuilder text = new StringBuilder((end - from) * 3);
        for (int i = from; i < end; i++) {
            text.append(i > from ? " " : "");
            text.append(Character.forDigit(bytes[i] >> 4 & 15, 16));
            text.append(Character.forDigit(bytes[i] & 15, 16));
        }
        return text.toString();
    }
}
