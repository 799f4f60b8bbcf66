package dev.ferry.vmm.device;

import dev.ferry.stream.vmstate.FieldType;

/**
 * One walk through a device's state. A device names its fields in the order in which they stand in
 * the stream, gives the value it has and takes the value it gets back:
 *
 * <pre>{@code
 * irr = f.u8("irr", irr);
 * }</pre>
 *
 * The same walk describes and saves the state (then the value comes back as it was) and loads it.
 * Names, types and forms are those of QEMU's own descriptions, with the {@code [k]} of names that
 * occur more than once in a structure.
 */
public abstract class StateFields {

    private static final FieldType U8 = FieldType.of("uint8");
    private static final FieldType U16 = FieldType.of("uint16");
    private static final FieldType U32 = FieldType.of("uint32");
    private static final FieldType U64 = FieldType.of("uint64");
    private static final FieldType I32 = FieldType.of("int32");
    private static final FieldType I64 = FieldType.of("int64");
    private static final FieldType TIMER = FieldType.of("timer");
    private static final FieldType BUFFER = FieldType.of("buffer");

    /** A structure's fields. */
    @FunctionalInterface
    public interface Body {
        void walk(StateFields f);
    }

    /** The fields of one element of an array. */
    @FunctionalInterface
    public interface ElementBody {
        void walk(StateFields f, int index);
    }

    /** Where an array's elements are: each is given, and replaced by what comes back. */
    @FunctionalInterface
    interface Elements {
        /** The element, which becomes {@code value} if {@code set}. */
        long element(int index, boolean set, long value);
    }

    private final QemuLine line;

    StateFields(QemuLine line) {
        this.line = line;
    }

    /** Whose way of describing is followed. */
    public final QemuLine line() {
        return line;
    }

    /** Whether values are taken over; else they are saved. */
    public abstract boolean loading();

    /**
     * Whether a field is part of the state. Some fields came with later versions of a machine type.
     *
     * @param now what is true of the device; when loading, the stream tells
     */
    public abstract boolean has(String name, boolean now);

    /** A number of the type. */
    public abstract long integer(String name, FieldType type, long value);

    /** Numbers of one type that stand one behind the other. */
    abstract void integers(String name, FieldType type, int count, Elements elements);

    /** Plain bytes, replaced in place. */
    public abstract void bytes(String name, FieldType type, byte[] content);

    /** Bytes that mean nothing. */
    public abstract void unused(String name, int length);

    /** A structure. */
    public abstract void struct(String name, String vmsd, int version, Body body);

    /** A structure made up for the stream. */
    public abstract void temporary(String name, String vmsd, int version, Body body);

    /**
     * Structures that stand one behind the other.
     *
     * @param alike whether all are described as one, which QEMU does where nothing in them can
     *     depend on their content
     */
    public abstract void structs(
            String name, String vmsd, int version, int count, boolean alike, ElementBody body);

    /**
     * Structures of which the model knows no more than that there may be some: as many as came.
     * None at reset.
     *
     * @param most how many can be
     */
    public abstract void keptStructs(
            String name, String vmsd, int version, int most, ElementBody body);

    /**
     * A part that is in the stream only when there is something to say. Where it is absent, what it
     * would have carried has to be given its usual value by the device.
     *
     * @param needed whether to save it
     * @return whether it is there
     */
    public abstract boolean subsection(String name, int version, boolean needed, Body body);

    /** A number that no part of the model looks at: kept as it came, {@code initial} at reset. */
    public abstract long kept(String name, FieldType type, long initial);

    /** Numbers that no part of the model looks at. */
    public abstract void keptArray(String name, FieldType type, int count, long initial);

    public final int u8(String name, int value) {
        return (int) integer(name, U8, value);
    }

    public final int u16(String name, int value) {
        return (int) integer(name, U16, value);
    }

    public final int u32(String name, int value) {
        return (int) integer(name, U32, value & 0xffffffffL);
    }

    public final long u64(String name, long value) {
        return integer(name, U64, value);
    }

    public final int i32(String name, int value) {
        return (int) integer(name, I32, value);
    }

    public final long i64(String name, long value) {
        return integer(name, I64, value);
    }

    /** A one-byte truth value in a field that QEMU has as a number. */
    public final boolean flag8(String name, boolean value) {
        return integer(name, U8, value ? 1 : 0) != 0;
    }

    public abstract boolean bool(String name, boolean value);

    /**
     * When a timer is due.
     *
     * @param due in ns of the timer's clock, -1 if it is not set
     */
    public final long timer(String name, long due) {
        return integer(name, TIMER, due);
    }

    /** A number of one byte in a range. */
    public final int u8(String name, int value, int min, int max) {
        return (int) ranged(name, U8, value, min, max);
    }

    /** A number of four bytes in a range. */
    public final int i32(String name, int value, int min, int max) {
        return (int) ranged(name, I32, value, min, max);
    }

    private long ranged(String name, FieldType type, long value, long min, long max) {
        long found = integer(name, type, value);
        if (found < min || found > max) {
            throw invalid(name, found, min + " to " + max);
        }
        return found;
    }

    /** A number that both sides must agree on; {@code type} ends in {@code equal}. */
    public final void equal(String name, String type, long value) {
        long found = integer(name, FieldType.of(type), value);
        if (found != value) {
            throw invalid(name, found, Long.toString(value));
        }
    }

    public final void buffer(String name, byte[] content) {
        bytes(name, BUFFER, content);
    }

    public final void u8s(String name, byte[] values) {
        integers(
                name,
                U8,
                values.length,
                (i, set, value) -> {
                    if (set) {
                        values[i] = (byte) value;
                    }
                    return values[i] & 0xff;
                });
    }

    public final void u16s(String name, int[] values) {
        integers(name, U16, values.length, of(values));
    }

    public final void u32s(String name, int[] values) {
        integers(name, U32, values.length, of(values));
    }

    public final void i32s(String name, int[] values) {
        integers(name, I32, values.length, of(values));
    }

    public final void u64s(String name, long[] values) {
        integers(
                name,
                U64,
                values.length,
                (i, set, value) -> {
                    if (set) {
                        values[i] = value;
                    }
                    return values[i];
                });
    }

    private static Elements of(int[] values) {
        return (i, set, value) -> {
            if (set) {
                values[i] = (int) value;
            }
            return values[i];
        };
    }

    public final void kept8(String name, int initial) {
        kept(name, U8, initial);
    }

    public final void kept16(String name, int initial) {
        kept(name, U16, initial);
    }

    public final void kept32(String name, long initial) {
        kept(name, U32, initial);
    }

    public final void kept64(String name, long initial) {
        kept(name, U64, initial);
    }

    public final void keptI32(String name, int initial) {
        kept(name, I32, initial);
    }

    public final void keptI64(String name, long initial) {
        kept(name, I64, initial);
    }

    public final void keptTimer(String name) {
        kept(name, TIMER, -1);
    }

    /** A kept truth value. */
    public abstract void keptBool(String name, boolean initial);

    /** The error for a value that cannot be. */
    public abstract StateException invalid(String name, long found, String expected);
}
