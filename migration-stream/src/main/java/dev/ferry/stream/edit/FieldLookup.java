package dev.ferry.stream.edit;

import dev.ferry.stream.vmstate.Repeat;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds a field in a device's state by a path:
 *
 * <pre>
 *  path := name rest
 *  rest := nothing | "." path | "[" index "]" rest
 * </pre>
 *
 * <p>Names are those of the stream's description, which may themselves have dots and brackets
 * ({@code env.regs}, {@code cur_offset[1]}): the longest one that leads to a field is meant. A
 * subsection is reached by its full name, as a field would be ({@code fw_cfg/dma.dma_addr}). An
 * index counts the elements of an array, of a list, of the nodes of a tree (which have a {@code
 * key} and a {@code value}), of all fields of one name, or the bytes of a buffer. Where a field is
 * called like an array's element, a leading zero means the element ({@code xregs[00]}).
 */
final class FieldLookup {

    /**
     * A field that was found.
     *
     * @param byteIndex which byte of a buffer, or -1 for all of the value
     */
    record Found(VmStateValue value, int byteIndex) {}

    private static final int WHOLE = -1;

    private FieldLookup() {}

    /** Finds {@code path}, a path by the user, in {@code root}. */
    static Found find(StructValue root, String path) throws EditException {
        return inStruct(root, path, "");
    }

    private static Found inStruct(StructValue struct, String path, String where)
            throws EditException {
        EditException failure = null;
        for (String name : beginnings(struct, path)) {
            try {
                String rest = path.substring(name.length());
                List<VmStateValue> values = new ArrayList<>();
                boolean single = called(struct, name, values);
                String here = where.isEmpty() ? name : where + "." + name;
                return single
                        ? in(values.getFirst(), rest, here)
                        : inElements(new Elements(values), rest, here);
            } catch (EditException e) {
                if (failure == null) {
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
        throw new EditException(
                "no field '" + path + "'" + inside(where) + Names.instead(asked(path), of(struct)));
    }

    private static String inside(String where) {
        return where.isEmpty() ? "" : " in " + where;
    }

    /** What the user may have meant as a name, without an index. */
    private static String asked(String path) {
        int bracket = path.indexOf('[');
        return bracket <= 0 ? path : path.substring(0, bracket);
    }

    private static Set<String> of(StructValue struct) {
        Set<String> names = new LinkedHashSet<>();
        for (FieldValue field : struct.fields()) {
            names.add(field.name());
        }
        for (SubsectionValue subsection : struct.subsections()) {
            names.add(subsection.name());
        }
        return names;
    }

    /** The names that {@code path} can begin with, the longest first. */
    private static List<String> beginnings(StructValue struct, String path) {
        List<String> names = new ArrayList<>();
        for (String name : of(struct)) {
            if (path.startsWith(name)
                    && (path.length() == name.length()
                            || path.charAt(name.length()) == '.'
                            || path.charAt(name.length()) == '[')) {
                names.add(name);
            }
        }
        names.sort(Comparator.comparingInt(String::length).reversed());
        return names;
    }

    /** Collects what is called {@code name}; true if it is one value and no array's element. */
    private static boolean called(StructValue struct, String name, List<VmStateValue> values) {
        boolean element = false;
        for (FieldValue field : struct.fields()) {
            if (field.name().equals(name)) {
                values.add(field.value());
                element |= field.layout().repeat() instanceof Repeat.Element;
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            if (subsection.name().equals(name)) {
                values.add(subsection.body());
            }
        }
        return values.size() == 1 && !element;
    }

    private static Found in(VmStateValue value, String path, String where) throws EditException {
        return switch (value) {
            case StructValue struct -> {
                if (path.isEmpty()) {
                    throw new EditException(
                            where + " is a structure; name a field of it: " + list(struct));
                }
                yield inStruct(struct, afterDot(path, where), where);
            }
            case ArrayValue _, IntegerArray _, ListValue _, TreeValue _ ->
                    inElements(new Elements(List.of(value)), path, where);
            case BytesValue bytes -> inBytes(bytes, path, where);
            case VmStateValue.IntegerValue _,
                    VmStateValue.BoolValue _,
                    VmStateValue.TextValue _,
                    VmStateValue.NullPointer _,
                    VmStateValue.PointerMarker _ -> {
                if (!path.isEmpty()) {
                    throw new EditException(where + " has no parts, but '" + path + "' follows it");
                }
                yield new Found(value, WHOLE);
            }
        };
    }

    private static String list(StructValue struct) {
        return Names.list(of(struct));
    }

    private static String afterDot(String path, String where) throws EditException {
        if (path.charAt(0) != '.') {
            throw new EditException(where + " is a structure and has no elements: '" + path + "'");
        }
        return path.substring(1);
    }

    private static Found inBytes(BytesValue bytes, String path, String where) throws EditException {
        if (path.isEmpty()) {
            return new Found(bytes, WHOLE);
        }
        int index = index(path, bytes.bytes().length, "bytes", where);
        if (path.indexOf(']') != path.length() - 1) {
            throw new EditException(where + " has only bytes, but '" + path + "' follows it");
        }
        return new Found(bytes, index);
    }

    private static Found inElements(Elements elements, String path, String where)
            throws EditException {
        int count = elements.count();
        if (path.isEmpty() || path.charAt(0) != '[') {
            throw new EditException(
                    count == 0
                            ? where + " is an empty array"
                            : where
                                    + " is an array; name an element: "
                                    + where
                                    + "[0] to "
                                    + where
                                    + "["
                                    + (count - 1)
                                    + "]");
        }
        int index = index(path, count, "elements", where);
        String rest = path.substring(path.indexOf(']') + 1);
        String here = where + "[" + index + "]";
        if (elements.node(index) instanceof TreeValue.Entry(VmStateValue key, StructValue value)) {
            if (rest.equals(".key") || rest.startsWith(".key.")) {
                return in(key, rest.substring(4), here + ".key");
            }
            if (rest.startsWith(".value")) {
                return in(value, rest.substring(6), here + ".value");
            }
            throw new EditException(
                    here + " is a node of a tree: go on with .key or .value, not '" + rest + "'");
        }
        return in(elements.get(index), rest, here);
    }

    private static int index(String path, int count, String what, String where)
            throws EditException {
        int end = path.indexOf(']');
        if (path.charAt(0) == '[' && end > 1) {
            try {
                int index = Integer.parseInt(path, 1, end, 10);
                if (index >= 0 && index < count) {
                    return index;
                }
                throw new EditException(
                        where
                                + " has "
                                + count
                                + " "
                                + what
                                + (count == 0 ? "" : ", 0 to " + (count - 1))
                                + "; there is no "
                                + path.substring(1, end));
            } catch (NumberFormatException e) {
                // Said below.
            }
        }
        throw new EditException(where + ": expected [index] behind it, found '" + path + "'");
    }
}
