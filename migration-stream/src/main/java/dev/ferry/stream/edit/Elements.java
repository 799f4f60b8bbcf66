package dev.ferry.stream.edit;

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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The elements of values that are shown as one array: of an array, or of all fields of one name,
 * some of which may be arrays themselves.
 */
record Elements(List<VmStateValue> values) {

    int count() {
        int count = 0;
        for (VmStateValue value : values) {
            count += count(value);
        }
        return count;
    }

    private static int count(VmStateValue value) {
        return switch (value) {
            case ArrayValue array -> array.elements().size();
            case IntegerArray array -> array.count();
            case ListValue list -> list.elements().size();
            case TreeValue tree -> tree.entries().size();
            case IntegerValue _,
                    BoolValue _,
                    BytesValue _,
                    TextValue _,
                    NullPointer _,
                    PointerMarker _,
                    StructValue _ ->
                    1;
        };
    }

    /** Element {@code index} if it is a node of a tree, else null. */
    TreeValue.@Nullable Entry node(int index) {
        return values.size() == 1 && values.getFirst() instanceof TreeValue tree
                ? tree.entries().get(index)
                : null;
    }

    VmStateValue get(int index) {
        int at = index;
        for (VmStateValue value : values) {
            int count = count(value);
            if (at < count) {
                return element(value, at);
            }
            at -= count;
        }
        throw new IndexOutOfBoundsException(index);
    }

    private static VmStateValue element(VmStateValue value, int index) {
        return switch (value) {
            case ArrayValue array -> array.elements().get(index);
            case IntegerArray array -> array.get(index);
            case ListValue list -> list.elements().get(index);
            case TreeValue tree -> tree.entries().get(index).value();
            case IntegerValue v -> v;
            case BoolValue v -> v;
            case BytesValue v -> v;
            case TextValue v -> v;
            case NullPointer v -> v;
            case PointerMarker v -> v;
            case StructValue v -> v;
        };
    }
}
