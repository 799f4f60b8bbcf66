package dev.ferry.stream.vmstate;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads one field by its layout. How the fields of a structure follow each other is the subclass's
 * affair: exactly as described, or as a catalogue knows them.
 */
abstract class ValueReader {

    /** Value objects made for one device at most; real devices stay below 100,000. */
    private static final int MAX_VALUES = 1 << 20;

    final WireInput in;
    final FieldPath path = new FieldPath();
    private final long start;
    private final int maxBytes;
    private int values;

    ValueReader(WireInput in, Limits limits) {
        this.in = in;
        this.start = in.offset();
        this.maxBytes = limits.deviceBytes();
    }

    /** Reads a structure nested in a field, with its subsections. */
    abstract StructValue struct(VmStateLayout layout) throws IOException;

    /** Checks what a structure took against what its field's layout says. */
    abstract void checkSize(FieldLayout field, VmStateValue value) throws IOException;

    /** Reads a field: all elements of it where it is an array described as one. */
    final VmStateValue field(FieldLayout field) throws IOException {
        path.push(field.name());
        VmStateValue value =
                switch (field.repeat()) {
                    case Repeat.Once() -> one(field);
                    case Repeat.Element(int index) -> {
                        path.index(index);
                        yield one(field);
                    }
                    case Repeat.Array(int length) -> array(field, length);
                };
        path.pop();
        return value;
    }

    private VmStateValue array(FieldLayout field, int length) throws IOException {
        long offset = in.offset();
        FieldType type = field.type();
        if (type.kind() == FieldType.Kind.INTEGER && field.size() == type.width()) {
            int bytes = need((long) length * type.width());
            return new IntegerArray(
                    offset, type.width(), type.signed(), in.bytes(bytes, "integers"));
        }
        List<VmStateValue> elements = new ArrayList<>(Math.min(length, 1 << 12));
        for (int i = 0; i < length; i++) {
            path.index(i);
            elements.add(one(field));
        }
        return new ArrayValue(offset, in.offset() - offset, elements);
    }

    private VmStateValue one(FieldLayout field) throws IOException {
        count(1);
        if (field.isNullPointer()) {
            return nullPointer();
        }
        FieldType type = field.type();
        return switch (type.kind()) {
            case INTEGER -> field.size() == type.width() ? integer(type) : bytes(field);
            case BOOL -> field.size() == 1 ? bool() : bytes(field);
            case BUFFER, UNUSED, BITMAP, OPAQUE -> bytes(field);
            case CAPABILITY -> capability(field);
            case NULL_POINTER -> nullPointer();
            case POINTER_MARKER -> pointerMarker();
            case STRUCT, VERSIONED_STRUCT, TEMPORARY -> {
                if (field.nested().size() != 1) {
                    yield bytes(field);
                }
                StructValue struct = struct(field.nested().getFirst());
                checkSize(field, struct);
                yield struct;
            }
            case LIST -> list(field);
            case TREE -> tree(field);
        };
    }

    private IntegerValue integer(FieldType type) throws IOException {
        long offset = in.offset();
        need(type.width());
        long raw =
                switch (type.width()) {
                    case 1 -> in.u8("integer");
                    case 2 -> in.u16("integer");
                    case 4 -> in.u32("integer");
                    default -> in.u64("integer");
                };
        if (type.signed()) {
            int unused = 64 - 8 * type.width();
            raw = raw << unused >> unused;
        }
        return new IntegerValue(offset, type.width(), type.signed(), raw);
    }

    private BoolValue bool() throws IOException {
        long offset = in.offset();
        need(1);
        return new BoolValue(offset, in.u8("bool"));
    }

    private BytesValue bytes(FieldLayout field) throws IOException {
        long offset = in.offset();
        int length = need(field.size());
        return new BytesValue(offset, in.bytes(length, field.type().name()));
    }

    private TextValue capability(FieldLayout field) throws IOException {
        long offset = in.offset();
        need(1);
        TextValue text = new TextValue(offset, in.str8("capability name"));
        checkSize(field, text);
        return text;
    }

    private NullPointer nullPointer() throws IOException {
        long offset = in.offset();
        need(1);
        int marker = in.u8("null pointer marker");
        if (marker != NullPointer.MARKER) {
            throw in.malformed(offset, "null pointer marker: expected 0x30, found " + hex(marker));
        }
        return new NullPointer(offset);
    }

    private VmStateValue pointerMarker() throws IOException {
        long offset = in.offset();
        need(1);
        int marker = in.u8("pointer marker");
        return switch (marker) {
            case NullPointer.MARKER -> new NullPointer(offset);
            case PointerMarker.MARKER -> new PointerMarker(offset);
            default ->
                    throw in.malformed(
                            offset, "pointer marker: expected 0x30 or 0x31, found " + hex(marker));
        };
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
        checkSize(field, list);
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
        checkSize(field, tree);
        return tree;
    }

    /** Reads the byte before an element, or at the end, of a list or tree. */
    private void follows(boolean element, String what) throws IOException {
        long offset = in.offset();
        need(1);
        int found = in.u8(what);
        if (found != (element ? 1 : 0)) {
            throw in.malformed(
                    offset,
                    what
                            + ": expected "
                            + (element ? "an element (0x1)" : "the end (0x0)")
                            + ", found "
                            + hex(found));
        }
    }

    /** Accounts for {@code bytes} about to be read. */
    final int need(long bytes) throws LimitExceededException {
        long left = maxBytes - (in.offset() - start);
        if (bytes < 0 || bytes > left) {
            throw in.exceeds(in.offset(), "device state in bytes", bytes, left);
        }
        return (int) bytes;
    }

    private void count(int more) throws LimitExceededException {
        if (more > MAX_VALUES - values) {
            throw in.exceeds(in.offset(), "values in a device", values + (long) more, MAX_VALUES);
        }
        values += more;
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
