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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compares two states of a device field by field, by name: the two may be laid out differently, as
 * those of different versions of QEMU are. Where and how a value stood on the wire makes no
 * difference, only what it says: a 32-bit 5 equals a 64-bit 5, and a truth value the 1 that a less
 * precise layout takes it for. Unused stretches are not compared.
 *
 * <p>Fields are named as in JSON views: {@code env.segs[3].base}; what is in a subsection stands
 * behind its full name, and its version under that name with "version" behind; nodes of a tree have
 * their keys as indexes.
 */
public final class StateComparison {

    /** Told about differences. */
    @FunctionalInterface
    public interface Sink {

        /**
         * A field with different values.
         *
         * @param path its name
         * @param a its value here, null if it is not there
         * @param b its value there, null if it is not there
         */
        void differs(String path, @Nullable VmStateValue a, @Nullable VmStateValue b)
                throws IOException;
    }

    private final Sink sink;

    private StateComparison(Sink sink) {
        this.sink = sink;
    }

    /** Tells {@code sink} all differences, in the order of the first state's fields. */
    public static void compare(StructValue a, StructValue b, Sink sink) throws IOException {
        new StateComparison(sink).struct(a, b, "");
    }

    private void struct(StructValue a, StructValue b, String path) throws IOException {
        Map<String, Elements> left = Elements.of(a);
        Map<String, Elements> right = Elements.of(b);
        for (Map.Entry<String, Elements> entry : left.entrySet()) {
            Elements there = right.remove(entry.getKey());
            if (there == null) {
                only(entry.getValue(), path + entry.getKey(), true);
            } else {
                elements(entry.getValue(), there, path + entry.getKey());
            }
        }
        for (Map.Entry<String, Elements> entry : right.entrySet()) {
            only(entry.getValue(), path + entry.getKey(), false);
        }
        for (SubsectionValue subsection : a.subsections()) {
            SubsectionValue there = b.subsection(subsection.name());
            if (there != null && there.body().version() != subsection.body().version()) {
                sink.differs(
                        path + subsection.name() + " version", version(subsection), version(there));
            }
        }
    }

    private static IntegerValue version(SubsectionValue subsection) {
        return new IntegerValue(
                subsection.offset(), Integer.BYTES, false, subsection.body().version());
    }

    private void only(Elements elements, String path, boolean here) throws IOException {
        for (VmStateValue part : elements.parts()) {
            sink.differs(path, here ? part : null, here ? null : part);
        }
    }

    private void elements(Elements a, Elements b, String path) throws IOException {
        if (a.single() && b.single()) {
            value(a.parts().getFirst(), b.parts().getFirst(), path);
            return;
        }
        if (a.samePacked(b)) {
            return;
        }
        Elements.Cursor here = a.cursor();
        Elements.Cursor there = b.cursor();
        int index = 0;
        while (true) {
            VmStateValue one = here.next();
            VmStateValue other = there.next();
            if (one == null && other == null) {
                return;
            }
            String name = path + "[" + index + "]";
            if (one == null || other == null) {
                sink.differs(name, one, other);
            } else {
                value(one, other, name);
            }
            index++;
        }
    }

    private void value(VmStateValue a, VmStateValue b, String path) throws IOException {
        boolean differs =
                switch (a) {
                    case StructValue struct -> {
                        if (b instanceof StructValue other) {
                            struct(struct, other, path + ".");
                            yield false;
                        }
                        yield true;
                    }
                    case ListValue list -> {
                        if (b instanceof ListValue other) {
                            list(list, other, path);
                            yield false;
                        }
                        yield true;
                    }
                    case TreeValue tree -> {
                        if (b instanceof TreeValue other) {
                            tree(tree, other, path);
                            yield false;
                        }
                        yield true;
                    }
                    case IntegerValue integer -> !same(integer, b);
                    case BoolValue bool ->
                            b instanceof BoolValue other
                                    ? bool.value() != other.value()
                                    : !sameBytes(a, b);
                    case BytesValue bytes ->
                            b instanceof BytesValue other
                                    ? !same(bytes.bytes(), other.bytes())
                                    : !sameBytes(a, b);
                    case TextValue text ->
                            !(b instanceof TextValue other) || !text.text().equals(other.text());
                    case NullPointer _ -> !(b instanceof NullPointer);
                    case PointerMarker _ -> !(b instanceof PointerMarker);
                    case ArrayValue _ -> !sameBytes(a, b);
                    case IntegerArray _ -> !sameBytes(a, b);
                };
        if (differs) {
            sink.differs(path, a, b);
        }
    }

    private static boolean same(IntegerValue a, VmStateValue b) {
        if (!(b instanceof IntegerValue other)) {
            return sameBytes(a, b);
        }
        if (a.raw() == other.raw()) {
            return true;
        }
        // One layout may not have known that the value is signed.
        int width = a.width() * Byte.SIZE;
        return a.width() == other.width()
                && a.signed() != other.signed()
                && (a.raw() ^ other.raw()) << (Long.SIZE - width) == 0;
    }

    /** A buffer that only grew says the same: texts in buffers end in zeros. */
    private static boolean same(byte[] a, byte[] b) {
        byte[] longer = a.length > b.length ? a : b;
        int common = Math.min(a.length, b.length);
        int at = Arrays.mismatch(a, 0, common, b, 0, common);
        for (int i = common; at < 0 && i < longer.length; i++) {
            at = longer[i] == 0 ? -1 : i;
        }
        return at < 0;
    }

    /** What one layout takes for an integer may be a buffer to another. */
    private static boolean sameBytes(VmStateValue a, VmStateValue b) {
        return a.length() == b.length()
                && Arrays.equals(VmStateEncoder.encode(a), VmStateEncoder.encode(b));
    }

    private void list(ListValue a, ListValue b, String path) throws IOException {
        int count = Math.max(a.elements().size(), b.elements().size());
        for (int i = 0; i < count; i++) {
            String name = path + "[" + i + "]";
            StructValue one = i < a.elements().size() ? a.elements().get(i) : null;
            StructValue other = i < b.elements().size() ? b.elements().get(i) : null;
            if (one == null || other == null) {
                sink.differs(name, one, other);
            } else {
                struct(one, other, name + ".");
            }
        }
    }

    private void tree(TreeValue a, TreeValue b, String path) throws IOException {
        Map<String, StructValue> right = new LinkedHashMap<>();
        for (TreeValue.Entry entry : b.entries()) {
            right.put(key(entry.key()), entry.value());
        }
        for (TreeValue.Entry entry : a.entries()) {
            String key = key(entry.key());
            StructValue there = right.remove(key);
            String name = path + "[" + key + "]";
            if (there == null) {
                sink.differs(name, entry.value(), null);
            } else {
                struct(entry.value(), there, name + ".");
            }
        }
        for (Map.Entry<String, StructValue> entry : right.entrySet()) {
            sink.differs(path + "[" + entry.getKey() + "]", null, entry.getValue());
        }
    }

    private static String key(VmStateValue key) {
        if (key instanceof IntegerValue integer) {
            return "0x" + Long.toHexString(integer.raw());
        }
        return java.util.HexFormat.of().formatHex(VmStateEncoder.encode(key));
    }

    /** All that a structure has under one name, without being copied. */
    private record Elements(List<VmStateValue> parts, boolean single) {

        /** A structure's fields and subsections by name, in order. */
        static Map<String, Elements> of(StructValue struct) {
            Map<String, Elements> all = LinkedHashMap.newLinkedHashMap(struct.fields().size());
            for (FieldValue field : struct.fields()) {
                FieldType.Kind kind = field.layout().type().kind();
                boolean unused = kind == FieldType.Kind.UNUSED || field.name().equals("unused");
                if (!unused && kind != FieldType.Kind.POINTER_MARKER) {
                    boolean once = field.layout().repeat() instanceof Repeat.Once;
                    all.merge(
                            field.name(),
                            new Elements(List.of(field.value()), once),
                            Elements::with);
                }
            }
            for (SubsectionValue subsection : struct.subsections()) {
                all.merge(
                        subsection.name(),
                        new Elements(List.of(subsection.body()), true),
                        Elements::with);
            }
            return all;
        }

        private static Elements with(Elements first, Elements second) {
            // The first run of many gets a list that can grow.
            List<VmStateValue> parts =
                    first.parts instanceof ArrayList<VmStateValue> grown
                            ? grown
                            : new ArrayList<>(first.parts);
            parts.addAll(second.parts);
            return new Elements(parts, false);
        }

        /** Whether both are one packed array with the same content. */
        boolean samePacked(Elements other) {
            return parts.size() == 1
                    && other.parts.size() == 1
                    && parts.getFirst() instanceof IntegerArray a
                    && other.parts.getFirst() instanceof IntegerArray b
                    && a.width() == b.width()
                    && Arrays.equals(a.packed(), b.packed());
        }

        Cursor cursor() {
            return new Cursor(parts);
        }

        /** Goes through the elements. */
        private static final class Cursor {
            private final List<VmStateValue> parts;
            private int part;
            private int element;

            Cursor(List<VmStateValue> parts) {
                this.parts = parts;
            }

            @Nullable VmStateValue next() {
                while (part < parts.size()) {
                    VmStateValue value = Objects.requireNonNull(parts.get(part));
                    int count = count(value);
                    if (element < count) {
                        return element(value, element++);
                    }
                    part++;
                    element = 0;
                }
                return null;
            }

            private static int count(VmStateValue value) {
                if (value instanceof ArrayValue array) {
                    return array.elements().size();
                }
                return value instanceof IntegerArray array ? array.count() : 1;
            }

            private static VmStateValue element(VmStateValue value, int index) {
                if (value instanceof ArrayValue array) {
                    return array.elements().get(index);
                }
                return value instanceof IntegerArray array ? array.get(index) : value;
            }
        }
    }
}
