package dev.ferry.stream.vmstate;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a section's body as a template says, by one way through its uncertainties, and makes up the
 * layout that a description would have given. Whether that was the right way only the section's end
 * tells.
 */
final class TemplateReader extends LeafReader {

    /** A structure with the layout it turned out to have. */
    record Read(VmStateLayout layout, StructValue value) {}

    private static final FieldType U64 = FieldType.of("uint64");

    private final LayoutCatalogue catalogue;
    private final Choices choices;
    private final SectionBoundary boundary;
    private final int maxBytes;

    /** The section's end as found last, or -1. */
    private long end = -1;

    TemplateReader(
            WireInput in,
            Limits limits,
            LayoutCatalogue catalogue,
            Choices choices,
            SectionBoundary boundary) {
        super(in, limits);
        this.catalogue = catalogue;
        this.choices = choices;
        this.boundary = boundary;
        this.maxBytes = limits.deviceBytes();
    }

    /** Reads a whole body. */
    Read body(LayoutTemplate template, long version) throws IOException {
        return struct(template, version, 0);
    }

    /**
     * @param after bytes that follow the structure up to the section's end but for subsections, or
     *     -1 if unknown
     */
    private Read struct(LayoutTemplate template, long version, long after) throws IOException {
        long offset = in.offset();
        List<FieldValue> fields = new ArrayList<>(template.fields().size());
        for (int i = 0; i < template.fields().size(); i++) {
            FieldTemplate field = template.fields().get(i);
            path.push(field.name());
            int count = count(template, i, fields, after);
            boolean oneByOne = field.elements() && (count > 1 || field.counts().size() == 1);
            if (oneByOne) {
                for (int k = 0; k < count; k++) {
                    int index = field.firstIndex() + k;
                    path.index(index);
                    fields.add(field(template, i, new Repeat.Element(index), fields, after));
                }
            } else if (count == 1) {
                fields.add(field(template, i, Repeat.ONCE, fields, after));
            } else if (count > 1) {
                fields.add(field(template, i, new Repeat.Array(count), fields, after));
            }
            path.pop();
        }
        List<VmStateLayout> subsectionLayouts = new ArrayList<>();
        List<SubsectionValue> subsections = new ArrayList<>();
        subsections(template.name(), after, subsectionLayouts, subsections);
        List<FieldLayout> layouts = new ArrayList<>(fields.size());
        for (FieldValue field : fields) {
            layouts.add(field.layout());
        }
        StructValue value =
                new StructValue(
                        offset,
                        in.offset() - offset,
                        template.name(),
                        version,
                        fields,
                        subsections);
        int described = template.version() == LayoutTemplate.ANY_VERSION ? 0 : template.version();
        return new Read(
                new VmStateLayout(template.name(), described, layouts, subsectionLayouts), value);
    }

    /** Reads subsections as long as there are any; the order is the sender's. */
    private void subsections(
            String owner, long after, List<VmStateLayout> layouts, List<SubsectionValue> values)
            throws IOException {
        // as QEMU does: a name that is not the owner's with something behind it is the parent's
        while (subsectionOf(owner)) {
            String name = peekName(1);
            List<LayoutTemplate> known = catalogue.subsections(name);
            if (known.isEmpty() && after != 0) {
                return;
            }
            long offset = in.offset();
            path.push(name);
            in.skip(2L + name.length(), "subsection");
            long version = in.u32("subsection version");
            Read read =
                    known.isEmpty()
                            ? unknown(owner, name, version)
                            : struct(known.get(choices.choose(known.size())), version, after);
            if (read.layout().version() != version) {
                throw in.malformed(
                        offset,
                        "subsection version: expected "
                                + read.layout().version()
                                + ", found "
                                + version);
            }
            path.pop();
            layouts.add(read.layout());
            values.add(new SubsectionValue(offset, read.value()));
        }
    }

    /**
     * A subsection nobody knows at the end of a section: one opaque field up to the next subsection
     * of the same owner, or to the section's end.
     */
    private Read unknown(String owner, String name, long version) throws IOException {
        long offset = in.offset();
        if (end < offset) {
            end = boundary.find(maxBytes);
        }
        if (end < 0 || version > Integer.MAX_VALUE) {
            throw in.malformed(offset, "subsection '" + name + "': not known");
        }
        long stop = offset;
        for (in.seek(stop); stop < end && !subsectionOf(owner); stop++) {
            in.skip(1, "subsection");
        }
        in.seek(offset);
        FieldType opaque = FieldType.of("unknown");
        FieldLayout field = FieldLayout.scalar("data", opaque, stop - offset);
        FieldValue value = new FieldValue(field, leaf(opaque, stop - offset, false));
        return new Read(
                new VmStateLayout(name, (int) version, List.of(field), List.of()),
                new StructValue(offset, stop - offset, name, version, List.of(value), List.of()));
    }

    private boolean subsectionOf(String owner) throws IOException {
        if (in.peek(0) != VmStateEncoder.QEMU_VM_SUBSECTION) {
            return false;
        }
        String name = peekName(1);
        return name.length() > owner.length() && name.startsWith(owner);
    }

    private String peekName(int ahead) throws IOException {
        int length = in.peek(ahead);
        StringBuilder name = new StringBuilder();
        for (int i = 1; i <= length; i++) {
            int c = in.peek(ahead + i);
            if (c < 0) {
                return "";
            }
            name.append((char) c);
        }
        return name.toString();
    }

    private int count(LayoutTemplate template, int fieldIndex, List<FieldValue> before, long after)
            throws IOException {
        FieldTemplate field = template.fields().get(fieldIndex);
        boolean buffer = field.type().width() == 0 && !field.isStructure();
        long known = LengthSources.of(template.name(), field.name(), before);
        if (known != LengthSources.UNKNOWN && !buffer) {
            return need(known);
        }
        List<Integer> counts = field.counts();
        if (counts.size() == 1) {
            return counts.getFirst();
        }
        int choice = choices.choose(counts.size() + 1);
        if (choice < counts.size()) {
            return counts.get(choice);
        }
        long element = field.elementBytes();
        long room = room(template, fieldIndex, after);
        if (element <= 0 || room < 0 || room % element != 0) {
            throw in.malformed(in.offset(), "array length: not to be found out");
        }
        return (int) (room / element);
    }

    private long size(LayoutTemplate template, int fieldIndex, List<FieldValue> before, long after)
            throws IOException {
        FieldTemplate field = template.fields().get(fieldIndex);
        if (field.type().kind() == FieldType.Kind.BUFFER) {
            long known = LengthSources.of(template.name(), field.name(), before);
            if (known != LengthSources.UNKNOWN) {
                return known;
            }
        }
        List<Long> sizes = field.sizes();
        boolean open = field.isOpenEnded() || template.version() == LayoutTemplate.ANY_VERSION;
        if (sizes.size() == 1 && !open) {
            return sizes.getFirst();
        }
        int choice = choices.choose(sizes.size() + 1);
        int fromEnd = open ? 0 : sizes.size();
        if (choice != fromEnd) {
            return sizes.get(open ? choice - 1 : choice);
        }
        long room = room(template, fieldIndex, after);
        if (room < 0) {
            throw in.malformed(in.offset(), "buffer length: not to be found out");
        }
        return room;
    }

    /** Bytes from here to the section's end that the later fields leave over, or -1. */
    private long room(LayoutTemplate template, int fieldIndex, long after) throws IOException {
        long later = after;
        for (int i = fieldIndex + 1; later >= 0 && i < template.fields().size(); i++) {
            long bytes = template.fields().get(i).fixedBytes();
            later = bytes < 0 ? -1 : later + bytes;
        }
        if (later < 0) {
            return -1;
        }
        if (end < in.offset()) {
            end = boundary.find(maxBytes);
        }
        return end < 0 ? -1 : Math.max(-1, end - in.offset() - later);
    }

    private FieldValue field(
            LayoutTemplate template,
            int fieldIndex,
            Repeat repeat,
            List<FieldValue> before,
            long after)
            throws IOException {
        FieldTemplate field = template.fields().get(fieldIndex);
        FieldType type = field.type();
        if (field.isStructure()) {
            long later =
                    repeat instanceof Repeat.Once ? afterField(template, fieldIndex, after) : -1;
            return structures(field, repeat, later);
        }
        return switch (type.kind()) {
            case LIST -> list(field, repeat);
            case TREE -> tree(field, repeat);
            case INTEGER,
                    BOOL,
                    BUFFER,
                    UNUSED,
                    BITMAP,
                    CAPABILITY,
                    NULL_POINTER,
                    POINTER_MARKER,
                    STRUCT,
                    VERSIONED_STRUCT,
                    TEMPORARY,
                    OPAQUE ->
                    leaves(field, repeat, size(template, fieldIndex, before, after));
        };
    }

    private static long afterField(LayoutTemplate template, int fieldIndex, long after) {
        long later = after;
        for (int i = fieldIndex + 1; later >= 0 && i < template.fields().size(); i++) {
            long bytes = template.fields().get(i).fixedBytes();
            later = bytes < 0 ? -1 : later + bytes;
        }
        return later;
    }

    private FieldValue leaves(FieldTemplate field, Repeat repeat, long size) throws IOException {
        FieldType type = field.type();
        long offset = in.offset();
        boolean nullPointer = field.isNullPointer(size);
        VmStateValue value;
        if (!(repeat instanceof Repeat.Array(int length))) {
            value = leaf(type, size, nullPointer);
        } else if (packs(type, size)) {
            value = packed(type, length);
        } else {
            List<VmStateValue> elements = new ArrayList<>(Math.min(length, 1 << 12));
            for (int i = 0; i < length; i++) {
                path.index(i);
                elements.add(leaf(type, size, nullPointer));
            }
            value = new ArrayValue(offset, in.offset() - offset, elements);
        }
        long described = type.kind() == FieldType.Kind.CAPABILITY ? value.length() : size;
        return new FieldValue(
                new FieldLayout(field.name(), repeat, type, List.of(), described), value);
    }

    private FieldValue structures(FieldTemplate field, Repeat repeat, long after)
            throws IOException {
        LayoutTemplate nested = field.nested().getFirst();
        long offset = in.offset();
        count();
        if (!(repeat instanceof Repeat.Array(int length))) {
            Read read = struct(nested, nested.version(), after);
            return new FieldValue(
                    layout(field, repeat, List.of(read.layout()), read.value().length()),
                    read.value());
        }
        List<VmStateValue> elements = new ArrayList<>(Math.min(length, 1 << 12));
        Read first = null;
        for (int i = 0; i < length; i++) {
            path.index(i);
            count();
            Read read = struct(nested, nested.version(), -1);
            if (first == null) {
                first = read;
            } else if (!read.layout().equals(first.layout())) {
                throw in.malformed(
                        read.value().offset(), "array element: shape differs from the first one's");
            }
            elements.add(read.value());
        }
        if (first == null) {
            throw in.malformed(offset, "array without elements");
        }
        return new FieldValue(
                layout(field, repeat, List.of(first.layout()), first.value().length()),
                new ArrayValue(offset, in.offset() - offset, elements));
    }

    private FieldValue list(FieldTemplate field, Repeat repeat) throws IOException {
        long offset = in.offset();
        List<StructValue> elements = new ArrayList<>();
        List<VmStateLayout> layouts = new ArrayList<>();
        while (in.peek(0) == 1 && !field.nested().isEmpty()) {
            follows(true, "list");
            path.index(elements.size());
            count();
            LayoutTemplate nested = field.nested().get(choices.choose(field.nested().size()));
            Read read = struct(nested, nested.version(), -1);
            layouts.add(read.layout());
            elements.add(read.value());
        }
        follows(false, "list");
        ListValue list = new ListValue(offset, in.offset() - offset, elements);
        return new FieldValue(layout(field, repeat, layouts, list.length()), list);
    }

    private FieldValue tree(FieldTemplate field, Repeat repeat) throws IOException {
        long offset = in.offset();
        List<TreeValue.Entry> entries = new ArrayList<>();
        List<VmStateLayout> layouts = new ArrayList<>();
        need(4);
        long nodes = in.u32("tree size");
        while (in.peek(0) == 1 && !field.nested().isEmpty() && entries.size() < nodes) {
            follows(true, "tree");
            path.index(entries.size());
            count();
            VmStateValue key;
            if (field.nested().size() == 1) {
                key = integer(U64);
            } else {
                LayoutTemplate keys = field.nested().getFirst();
                Read read = struct(keys, keys.version(), -1);
                layouts.add(read.layout());
                key = read.value();
            }
            LayoutTemplate nested = field.nested().getLast();
            Read read = struct(nested, nested.version(), -1);
            layouts.add(read.layout());
            entries.add(new TreeValue.Entry(key, read.value()));
        }
        follows(false, "tree");
        if (entries.size() != nodes) {
            throw in.malformed(
                    offset, "tree size: expected " + nodes + " nodes, found " + entries.size());
        }
        TreeValue tree = new TreeValue(offset, in.offset() - offset, entries);
        return new FieldValue(layout(field, repeat, layouts, tree.length()), tree);
    }

    private static FieldLayout layout(
            FieldTemplate field, Repeat repeat, List<VmStateLayout> nested, long size) {
        return new FieldLayout(field.name(), repeat, field.type(), nested, size);
    }
}
