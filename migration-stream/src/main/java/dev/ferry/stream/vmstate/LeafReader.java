package dev.ferry.stream.vmstate;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.PointerMarker;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import java.io.IOException;

/**
 * Reads values that hold no structure, and keeps account of what a device's state costs. Common
 * ground of reading exactly as described and of reading as a catalogue knows.
 */
class LeafReader {

    /** Value objects made for one device at most; real devices stay below 100,000. */
    private static final int MAX_VALUES = 1 << 20;

    final WireInput in;
    final FieldPath path = new FieldPath();
    private final long start;
    private final int maxBytes;
    private int values;

    LeafReader(WireInput in, Limits limits) {
        this.in = in;
        this.start = in.offset();
        this.maxBytes = limits.deviceBytes();
    }

    /** Whether elements of this type are read as one packed array. */
    static boolean packs(FieldType type, long size) {
        return type.kind() == FieldType.Kind.INTEGER && size == type.width();
    }

    final IntegerArray packed(FieldType type, int length) throws IOException {
        long offset = in.offset();
        int bytes = need((long) length * type.width());
        return new IntegerArray(offset, type.width(), type.signed(), in.bytes(bytes, "integers"));
    }

    /**
     * One value of a type that holds no structure.
     *
     * @param size as described
     * @param nullPointer whether the layout says that a null pointer's marker is here
     */
    final VmStateValue leaf(FieldType type, long size, boolean nullPointer) throws IOException {
        count();
        if (nullPointer) {
            return nullPointer();
        }
        return switch (type.kind()) {
            case INTEGER -> size == type.width() ? integer(type) : bytes(type, size);
            case BOOL -> size == 1 ? bool() : bytes(type, size);
            case CAPABILITY -> capability();
            case NULL_POINTER -> nullPointer();
            case POINTER_MARKER -> pointerMarker();
            case BUFFER, UNUSED, BITMAP, OPAQUE, STRUCT, VERSIONED_STRUCT, TEMPORARY, LIST, TREE ->
                    bytes(type, size);
        };
    }

    final IntegerValue integer(FieldType type) throws IOException {
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

    private BytesValue bytes(FieldType type, long size) throws IOException {
        long offset = in.offset();
        int length = need(size);
        return new BytesValue(offset, in.bytes(length, type.name()));
    }

    private TextValue capability() throws IOException {
        long offset = in.offset();
        need(1);
        return new TextValue(offset, in.str8("capability name"));
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

    /** Reads the byte before an element, or at the end, of a list or tree. */
    final void follows(boolean element, String what) throws IOException {
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

    final void count() throws LimitExceededException {
        if (++values > MAX_VALUES) {
            throw in.exceeds(in.offset(), "values in a device", values, MAX_VALUES);
        }
    }

    static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
