package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldLayout;
import dev.ferry.stream.vmstate.FieldType;
import dev.ferry.stream.vmstate.Repeat;
import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.stream.vmstate.VmStateLayout;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Describes a device's state and writes its bytes. */
final class StateSaver extends StateFields {

    private static final int QEMU_VM_SUBSECTION = 0x05;

    private final Kept kept;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private List<FieldLayout> fields = new ArrayList<>();
    private List<VmStateLayout> subsections = new ArrayList<>();
    private String path = "";

    StateSaver(QemuLine line, Kept kept) {
        super(line);
        this.kept = kept;
    }

    /** Walks a device's whole state. */
    VmStateLayout root(String vmsd, int version, Body body) {
        return layout(vmsd, version, "", body);
    }

    byte[] body() {
        return out.toByteArray();
    }

    private VmStateLayout layout(String vmsd, int version, String at, Body body) {
        List<FieldLayout> outerFields = fields;
        List<VmStateLayout> outerSubsections = subsections;
        String outerPath = path;
        fields = new ArrayList<>();
        subsections = new ArrayList<>();
        path = at;
        body.walk(this);
        for (SubsectionValue unknown : kept.subsections(at)) {
            head(unknown.name(), unknown.body().version());
            out.writeBytes(VmStateEncoder.encode(unknown.body()));
            subsections.add(layoutOf(unknown.body()));
        }
        VmStateLayout layout = new VmStateLayout(vmsd, version, fields, subsections);
        fields = outerFields;
        subsections = outerSubsections;
        path = outerPath;
        return layout;
    }

    private static VmStateLayout layoutOf(StructValue value) {
        List<FieldLayout> layouts = new ArrayList<>();
        for (FieldValue field : value.fields()) {
            layouts.add(field.layout());
        }
        List<VmStateLayout> parts = new ArrayList<>();
        for (SubsectionValue part : value.subsections()) {
            parts.add(layoutOf(part.body()));
        }
        return new VmStateLayout(value.name(), (int) value.version(), layouts, parts);
    }

    @Override
    public boolean loading() {
        return false;
    }

    @Override
    public boolean has(String name, boolean now) {
        return now;
    }

    @Override
    public long integer(String name, FieldType type, long value) {
        fields.add(FieldLayout.scalar(name, type, type.width()));
        number(type.width(), value);
        return value;
    }

    private void number(int width, long value) {
        for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
            out.write((int) (value >> shift));
        }
    }

    @Override
    void integers(String name, FieldType type, int count, Elements elements) {
        for (int i = 0; i < count; i++) {
            number(type.width(), elements.element(i, false, 0));
        }
        fields.add(new FieldLayout(name, array(count), type, List.of(), type.width()));
    }

    private static Repeat array(int count) {
        return count == 1 ? Repeat.ONCE : new Repeat.Array(count);
    }

    @Override
    public boolean bool(String name, boolean value) {
        fields.add(FieldLayout.scalar(name, FieldType.of("bool"), 1));
        out.write(value ? 1 : 0);
        return value;
    }

    @Override
    public void bytes(String name, FieldType type, byte[] content) {
        fields.add(FieldLayout.scalar(name, type, content.length));
        out.writeBytes(content);
    }

    @Override
    public void unused(String name, int length) {
        bytes(name, FieldType.of("unused_buffer"), new byte[length]);
    }

    @Override
    public void struct(String name, String vmsd, int version, Body body) {
        nested(name, Repeat.ONCE, "struct", vmsd, version, path + '/' + name, body);
    }

    @Override
    public void temporary(String name, String vmsd, int version, Body body) {
        nested(name, Repeat.ONCE, "tmp", vmsd, version, path + '/' + name, body);
    }

    private void nested(
            String name,
            Repeat repeat,
            String type,
            String vmsd,
            int version,
            String at,
            Body body) {
        int start = out.size();
        VmStateLayout layout = layout(vmsd, version, at, body);
        fields.add(
                new FieldLayout(
                        name, repeat, FieldType.of(type), List.of(layout), out.size() - start));
    }

    @Override
    public void structs(
            String name, String vmsd, int version, int count, boolean alike, ElementBody body) {
        if (alike) {
            int start = out.size();
            VmStateLayout first = element(name, vmsd, version, 0, body);
            int size = out.size() - start;
            for (int i = 1; i < count; i++) {
                element(name, vmsd, version, i, body);
            }
            fields.add(
                    new FieldLayout(
                            name, array(count), FieldType.of("struct"), List.of(first), size));
            return;
        }
        for (int i = 0; i < count; i++) {
            int index = i;
            boolean bare = count == 1 || (line() == QemuLine.V10_0 && i == count - 1);
            nested(
                    name,
                    bare ? Repeat.ONCE : new Repeat.Element(i),
                    "struct",
                    vmsd,
                    version,
                    path + '/' + name + '#' + i,
                    f -> body.walk(f, index));
        }
    }

    @Override
    public void keptStructs(String name, String vmsd, int version, int most, ElementBody body) {
        long[] count = kept.numbers(path + '/' + name + '#');
        if (count != null) {
            structs(name, vmsd, version, (int) count[0], true, body);
        }
    }

    private VmStateLayout element(
            String name, String vmsd, int version, int index, ElementBody body) {
        return layout(vmsd, version, path + '/' + name + '#' + index, f -> body.walk(f, index));
    }

    @Override
    public boolean subsection(String name, int version, boolean needed, Body body) {
        if (needed) {
            head(name, version);
            subsections.add(layout(name, version, path + '+' + name, body));
        }
        return needed;
    }

    private void head(String name, long version) {
        byte[] text = name.getBytes(StandardCharsets.ISO_8859_1);
        out.write(QEMU_VM_SUBSECTION);
        out.write(text.length);
        out.writeBytes(text);
        number(4, version);
    }

    @Override
    public long kept(String name, FieldType type, long initial) {
        long[] value = kept.numbers(path + '/' + name);
        return integer(name, type, value == null ? initial : value[0]);
    }

    @Override
    public void keptBool(String name, boolean initial) {
        long[] value = kept.numbers(path + '/' + name);
        bool(name, value == null ? initial : value[0] != 0);
    }

    @Override
    public void keptArray(String name, FieldType type, int count, long initial) {
        long[] values = kept.numbers(path + '/' + name);
        integers(
                name,
                type,
                count,
                (i, _, _) -> values == null || i >= values.length ? initial : values[i]);
    }

    @Override
    public StateException invalid(String name, long found, String expected) {
        throw new IllegalStateException(
                path + '/' + name + ": " + found + ", expected " + expected);
    }
}
