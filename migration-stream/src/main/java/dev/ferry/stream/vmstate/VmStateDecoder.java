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
 * Reads a section's body exactly as the stream's own description says: every field takes its
 * described size, every described subsection is there.
 *
 * <p>Errors name the field: {@code device 'cpu' instance 0 / env.segs[3].base}.
 */
public final class VmStateDecoder extends LeafReader {

    private VmStateDecoder(WireInput in, Limits limits) {
        super(in, limits);
    }

    /**
     * Reads the body of a section; the input then stands at its footer.
     *
     * @param layout of the section, from the description of the very same stream
     * @param version from the section's header
     * @throws dev.ferry.stream.MalformedStreamException if bytes and layout disagree
     * @throws dev.ferry.stream.TruncatedStreamException if the input ends first
     * @throws dev.ferry.stream.LimitExceededException if the state is longer than {@link
     *     Limits#deviceBytes}
     */
    public static DeviceState decode(
            WireInput in,
            VmStateLayout layout,
            String name,
            long instance,
            long version,
            Limits limits)
            throws IOException {
        VmStateDecoder decoder = new VmStateDecoder(in, limits);
        int depth = in.depth();
        in.enter(new DeviceCrumb(name, instance));
        in.enter(decoder.path);
        try {
            return new DeviceState(name, instance, version, decoder.struct(layout, version));
        } finally {
            in.leaveTo(depth);
        }
    }

    private StructValue struct(VmStateLayout layout, long version) throws IOException {
        long offset = in.offset();
        List<FieldValue> fields = new ArrayList<>(layout.fields().size());
        for (FieldLayout field : layout.fields()) {
            fields.add(new FieldValue(field, field(field)));
        }
        List<SubsectionValue> subsections = List.of();
        if (!layout.subsections().isEmpty()) {
            subsections = new ArrayList<>();
            for (VmStateLayout subsection : layout.subsections()) {
                subsections.add(subsection(subsection));
            }
        }
        return new StructValue(
                offset, in.offset() - offset, layout.name(), version, fields, subsections);
    }

    private SubsectionValue subsection(VmStateLayout layout) throws IOException {
        long offset = in.offset();
        path.push(layout.name());
        need(1);
        int tag = in.u8("subsection tag");
        if (tag != VmStateEncoder.QEMU_VM_SUBSECTION) {
            throw in.malformed(offset, "subsection tag: expected 0x5, found " + hex(tag));
        }
        String name = in.str8("subsection name");
        if (!name.equals(layout.name())) {
            throw in.malformed(
                    offset + 1,
                    "subsection name: expected '" + layout.name() + "', found '" + name + "'");
        }
        long version = in.u32("subsection version");
        StructValue body = struct(layout, version);
        path.pop();
        return new SubsectionValue(offset, body);
    }

    /** Reads a field: all elements of it where it is an array described as one. */
    private VmStateValue field(FieldLayout field) throws IOException {
        path.push(field.name());
        if (field.repeat() instanceof Repeat.Element(int index)) {
            path.index(index);
        }
        VmStateValue value =
                field.repeat() instanceof Repeat.Array(int length)
                        ? elements(field, length)
                        : one(field);
        path.pop();
        return value;
    }

    private VmStateValue elements(FieldLayout field, int length) throws IOException {
        return packs(field.type(), field.size())
                ? packed(field.type(), length)
                : array(field, length);
    }

    private ArrayValue array(FieldLayout field, int length) throws IOException {
        long offset = in.offset();
        List<VmStateValue> elements = new ArrayList<>(Math.min(length, 1 << 12));
        for (int i = 0; i < length; i++) {
            path.index(i);
            elements.add(one(field));
        }
        return new ArrayValue(offset, in.offset() - offset, elements);
    }

    private VmStateValue one(FieldLayout field) throws IOException {
        VmStateValue value =
                switch (field.type().kind()) {
                    case STRUCT, VERSIONED_STRUCT, TEMPORARY -> {
                        if (field.nested().size() != 1) {
                            yield leaf(field.type(), field.size(), field.isNullPointer());
                        }
                        yield struct(field.nested().getFirst());
                    }
                    case LIST -> list(field);
                    case TREE -> tree(field);
                    case INTEGER,
                            BOOL,
                            BUFFER,
                            UNUSED,
                            BITMAP,
                            CAPABILITY,
                            NULL_POINTER,
                            POINTER_MARKER,
                            OPAQUE ->
                            leaf(field.type(), field.size(), field.isNullPointer());
                };
        checkSize(field, value);
        return value;
    }

    private StructValue struct(VmStateLayout layout) throws IOException {
        count();
        return struct(layout, layout.version());
    }

    private ListValue list(FieldLayout field) throws IOException {
        long offset = in.offset();
        List<StructValue> elements = new ArrayList<>();
        for (VmStateLayout layout : field.nested()) {
            follows(true, "list");
            path.index(elements.size());
            elements.add(struct(layout));
        }
        follows(false, "list");
        ListValue list = new ListValue(offset, in.offset() - offset, elements);
        return list;
    }

    private TreeValue tree(FieldLayout field) throws IOException {
        long offset = in.offset();
        need(4);
        long nodes = in.u32("tree size");
        int layouts = field.nested().size();
        boolean directKeys = nodes == layouts;
        if (!directKeys && nodes * 2 != layouts) {
            throw in.malformed(
                    offset, "tree size: " + nodes + " nodes, but " + layouts + " are described");
        }
        List<TreeValue.Entry> entries = new ArrayList<>();
        int next = 0;
        for (int node = 0; node < nodes; node++) {
            follows(true, "tree");
            path.index(node);
            VmStateValue key =
                    directKeys
                            ? integer(FieldType.of("uint64"))
                            : struct(field.nested().get(next++));
            entries.add(new TreeValue.Entry(key, struct(field.nested().get(next++))));
        }
        follows(false, "tree");
        TreeValue tree = new TreeValue(offset, in.offset() - offset, entries);
        return tree;
    }

    private void checkSize(FieldLayout field, VmStateValue value) throws IOException {
        if (value.length() != field.size()) {
            throw in.malformed(
                    value.offset(),
                    field.type().name()
                            + ": expected "
                            + hex(field.size())
                            + " bytes, found "
                            + hex(value.length()));
        }
    }

    /** A device as a breadcrumb. */
    record DeviceCrumb(String name, long instance) {
        @Override
        public String toString() {
            return "device '" + name + "' instance " + instance;
        }
    }
}
