package dev.ferry.tools.diff;

import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.PointerMarker;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import org.jspecify.annotations.Nullable;

/** A value in a few words: what is large is counted. */
final class ValueSummary {

    private static final int SHOWN = 16;

    private ValueSummary() {}

    static String of(@Nullable VmStateValue value) {
        return switch (value) {
            case null -> "none";
            case IntegerValue integer -> integer(integer);
            case BoolValue bool -> Boolean.toString(bool.value());
            case BytesValue bytes -> bytes(bytes.bytes(), 0);
            case TextValue text -> "'" + SafeText.of(text.text()) + "'";
            case NullPointer _ -> "null";
            case PointerMarker _ -> "present";
            case ArrayValue array -> Quantity.count(array.elements().size(), "element");
            case IntegerArray array -> Quantity.count(array.count(), "integer");
            case StructValue struct ->
                    Quantity.count(struct.fields().size() + struct.subsections().size(), "field");
            case ListValue list -> Quantity.count(list.elements().size(), "element");
            case TreeValue tree -> Quantity.count(tree.entries().size(), "node");
        };
    }

    private static String integer(IntegerValue integer) {
        int width = integer.width() * Byte.SIZE;
        return Quantity.hex(integer.raw() & -1L >>> (Long.SIZE - width));
    }

    /** Some bytes from {@code from} on. */
    static String bytes(byte[] bytes, int from) {
        if (from >= bytes.length) {
            return "nothing";
        }
        StringBuilder text = new StringBuilder();
        int end = Math.min(bytes.length, from + SHOWN);
        for (int i = from; i < end; i++) {
            text.append(Character.forDigit(bytes[i] >> 4 & 15, 16));
            text.append(Character.forDigit(bytes[i] & 15, 16));
        }
        return end < bytes.length ? text.append("…").toString() : text.toString();
    }

    /** How many bytes differ, those only one has included. */
    static int differing(byte[] a, byte[] b) {
        int common = Math.min(a.length, b.length);
        int differing = Math.max(a.length, b.length) - common;
        for (int i = 0; i < common; i++) {
            differing += a[i] == b[i] ? 0 : 1;
        }
        return differing;
    }
}
