package dev.ferry.stream.vmstate;

import java.util.List;

/**
 * The shape of one field as a description gives it.
 *
 * @param name as described, with the {@code [k]} that QEMU adds to names that occur more than once
 *     in a structure
 * @param size bytes on the wire, of one element where there are several; includes the subsections
 *     of nested structures
 * @param nested for a structure its one layout, for a list one layout per element, for a tree one
 *     per key that is a structure and one per value, in wire order. Empty for a structure that QEMU
 *     7.2 describes in the place of a null pointer ({@link #isNullPointer()})
 */
public record FieldLayout(
        String name, Repeat repeat, FieldType type, List<VmStateLayout> nested, long size) {

    public FieldLayout {
        nested = List.copyOf(nested);
    }

    /** A field that holds no structure. */
    public static FieldLayout scalar(String name, FieldType type, long size) {
        return new FieldLayout(name, Repeat.ONCE, type, List.of(), size);
    }

    /** How many values of {@link #size} bytes stand on the wire. */
    public int count() {
        return switch (repeat) {
            case Repeat.Once() -> 1;
            case Repeat.Element(int _) -> 1;
            case Repeat.Array(int length) -> length;
        };
    }

    /**
     * Whether the wire has the null pointer marker here. QEMU before 10.0 describes it with the
     * type the element would have had, and size 1.
     */
    public boolean isNullPointer() {
        return switch (type.kind()) {
            case NULL_POINTER -> true;
            case INTEGER -> size == 1 && type.width() > 1;
            case STRUCT -> size == 1 && nested.isEmpty();
            case BOOL,
                    BUFFER,
                    UNUSED,
                    BITMAP,
                    CAPABILITY,
                    POINTER_MARKER,
                    VERSIONED_STRUCT,
                    TEMPORARY,
                    LIST,
                    TREE,
                    OPAQUE ->
                    false;
        };
    }
}
