package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes over a decoded state by the names of its fields. A field that the state does not have
 * leaves the device as it was; one that the device does not know is an error, a subsection that it
 * does not know is kept aside.
 */
final class StateLoader extends StateFields {

    private final String device;
    private final Kept kept;
    private StructValue struct;
    private boolean[] taken;
    private List<String> known = new ArrayList<>();
    private String path = "";

    StateLoader(QemuLine line, Kept kept, String device, StructValue root) {
        super(line);
        this.device = device;
        this.kept = kept;
        this.struct = root;
        this.taken = new boolean[root.fields().size()];
    }

    /** Walks a device's whole state. */
    void root(Body body) {
        body.walk(this);
        finish();
    }

    private void walk(StructValue inner, String at, Body body) {
        StructValue outer = struct;
        boolean[] outerTaken = taken;
        List<String> outerKnown = known;
        String outerPath = path;
        struct = inner;
        taken = new boolean[inner.fields().size()];
        known = new ArrayList<>();
        path = at;
        body.walk(this);
        finish();
        struct = outer;
        taken = outerTaken;
        known = outerKnown;
        path = outerPath;
    }

    private void finish() {
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i]) {
                FieldValue field = struct.fields().get(i);
                if (field.layout().type().kind() != FieldType.Kind.UNUSED) {
                    throw new StateException(
                            where(field.name())
                                    + ": a field that this device does not know, of type "
                                    + field.layout().type());
                }
            }
        }
        for (SubsectionValue subsection : struct.subsections()) {
            if (!known.contains(subsection.name())) {
                kept.subsection(path, subsection);
            }
        }
    }

    @Override
    public boolean loading() {
        return true;
    }

    @Override
    public boolean has(String name, boolean now) {
        return struct.field(name) != null;
    }

    /** The next value of this name, or null. */
    private @Nullable VmStateValue take(String name) {
        List<FieldValue> fields = struct.fields();
        for (int i = 0; i < taken.length; i++) {
            if (!taken[i] && fields.get(i).name().equals(name)) {
                taken[i] = true;
                return fields.get(i).value();
            }
        }
        return null;
    }

    private long number(String name, FieldType type, VmStateValue value) {
        return switch (value) {
            case IntegerValue integer -> {
                if (integer.width() != type.width()) {
                    throw shape(name, type.width() + " bytes", integer.width() + " bytes");
                }
                yield integer.raw();
            }
            case BoolValue bool -> bool.raw();
            default -> throw shape(name, "a number", value.toString());
        };
    }

    @Override
    public long integer(String name, FieldType type, long value) {
        VmStateValue found = take(name);
        return found == null ? value : number(name, type, found);
    }

    @Override
    public boolean bool(String name, boolean value) {
        VmStateValue found = take(name);
        return found == null ? value : number(name, FieldType.of("uint8"), found) != 0;
    }

    @Override
    void integers(String name, FieldType type, int count, Elements elements) {
        int next = 0;
        for (VmStateValue found = take(name); found != null; found = take(name)) {
            int there = found instanceof IntegerArray array ? array.count() : 1;
            if (next + there > count) {
                throw shape(name, count + " elements", next + there + " elements");
            }
            for (int i = 0; i < there; i++) {
                VmStateValue one = found instanceof IntegerArray array ? array.get(i) : found;
                elements.element(next++, true, number(name, type, one));
            }
        }
        if (next != 0 && next != count) {
            throw shape(name, count + " elements", next + " elements");
        }
    }

    @Override
    public void bytes(String name, FieldType type, byte[] content) {
        VmStateValue found = take(name);
        if (found == null) {
            return;
        }
        if (!(found instanceof BytesValue value) || value.bytes().length != content.length) {
            throw shape(name, content.length + " bytes", found.length() + " bytes");
        }
        System.arraycopy(value.bytes(), 0, content, 0, content.length);
    }

    @Override
    public void unused(String name, int length) {
        take(name);
    }

    @Override
    public void struct(String name, String vmsd, int version, Body body) {
        VmStateValue found = take(name);
        if (found != null) {
            walk(structure(name, found), path + '/' + name, body);
        }
    }

    @Override
    public void temporary(String name, String vmsd, int version, Body body) {
        struct(name, vmsd, version, body);
    }

    private StructValue structure(String name, VmStateValue found) {
        if (found instanceof StructValue inner) {
            return inner;
        }
        throw shape(name, "a structure", found.toString());
    }

    @Override
    public void structs(
            String name, String vmsd, int version, int count, boolean alike, ElementBody body) {
        int next = 0;
        for (VmStateValue found = take(name); found != null; found = take(name)) {
            List<VmStateValue> there =
                    found instanceof ArrayValue array ? array.elements() : List.of(found);
            for (VmStateValue one : there) {
                if (next == count) {
                    throw shape(name, count + " elements", "more");
                }
                int index = next++;
                walk(
                        structure(name, one),
                        path + '/' + name + '#' + index,
                        f -> body.walk(f, index));
            }
        }
        if (next != 0 && next != count) {
            throw shape(name, count + " elements", next + " elements");
        }
    }

    @Override
    public void keptStructs(String name, String vmsd, int version, int most, ElementBody body) {
        int count = 0;
        for (FieldValue field : struct.fields()) {
            if (field.name().equals(name)) {
                count += field.value() instanceof ArrayValue array ? array.elements().size() : 1;
            }
        }
        if (count > most) {
            throw shape(name, most + " elements at most", count + " elements");
        }
        if (count > 0) {
            kept.numbers(path + '/' + name + '#', new long[] {count});
            structs(name, vmsd, version, count, true, body);
        }
    }

    @Override
    public boolean subsection(String name, int version, boolean needed, Body body) {
        known.add(name);
        SubsectionValue found = struct.subsection(name);
        if (found == null) {
            return false;
        }
        if (found.body().version() > version) {
            throw shape(
                    name, "version " + version + " at most", "version " + found.body().version());
        }
        walk(found.body(), path + '+' + name, body);
        return true;
    }

    @Override
    public long kept(String name, FieldType type, long initial) {
        long value = integer(name, type, initial);
        kept.numbers(path + '/' + name, new long[] {value});
        return value;
    }

    @Override
    public void keptBool(String name, boolean initial) {
        boolean value = bool(name, initial);
        kept.numbers(path + '/' + name, new long[] {value ? 1 : 0});
    }

    @Override
    public void keptArray(String name, FieldType type, int count, long initial) {
        long[] values = new long[count];
        java.util.Arrays.fill(values, initial);
        integers(
                name,
                type,
                count,
                (i, set, value) -> {
                    if (set) {
                        values[i] = value;
                    }
                    return values[i];
                });
        kept.numbers(path + '/' + name, values);
    }

    private String where(String name) {
        return device + path + '/' + name;
    }

    private StateException shape(String name, String expected, String found) {
        return new StateException(where(name) + ": expected " + expected + ", found " + found);
    }

    @Override
    public StateException invalid(String name, long found, String expected) {
        return shape(name, expected, found + " (0x" + Long.toHexString(found) + ")");
    }
}
