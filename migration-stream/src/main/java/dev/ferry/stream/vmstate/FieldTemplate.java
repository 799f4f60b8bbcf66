package dev.ferry.stream.vmstate;

import java.util.List;

/**
 * What is known about a field from all descriptions it was seen in.
 *
 * @param elements whether an array's elements are described one by one ({@code index}) rather than
 *     as one run ({@code array_len})
 * @param firstIndex the first element's index, where described one by one
 * @param counts how many elements were seen, most usual first; one entry if it was always the same
 * @param sizes how many bytes an element that holds no known structure was seen to take, most usual
 *     first; empty for structures, lists and trees
 * @param nested for a structure its template; for a list the templates its elements were seen in;
 *     for a tree that of the value, or those of key and value
 */
record FieldTemplate(
        String name,
        FieldType type,
        boolean elements,
        int firstIndex,
        List<Integer> counts,
        List<Long> sizes,
        List<LayoutTemplate> nested) {

    FieldTemplate {
        counts = List.copyOf(counts);
        sizes = List.copyOf(sizes);
        nested = List.copyOf(nested);
    }

    /** Whether it is the place of a null pointer, as QEMU before 10.0 describes one. */
    boolean isNullPointer(long size) {
        return new FieldLayout(name, Repeat.ONCE, type, List.of(), size).isNullPointer();
    }

    /**
     * Whether its length follows from nothing that is known: virtio devices, whose state is one
     * opaque field, and fields of which only the name is known.
     */
    boolean isOpenEnded() {
        return type.kind() == FieldType.Kind.OPAQUE
                && (sizes.isEmpty() || type.name().equals("virtio"));
    }

    /** Whether it is a structure whose shape is known. */
    boolean isStructure() {
        return switch (type.kind()) {
            case STRUCT, VERSIONED_STRUCT, TEMPORARY -> nested.size() == 1;
            case INTEGER,
                    BOOL,
                    BUFFER,
                    UNUSED,
                    BITMAP,
                    CAPABILITY,
                    NULL_POINTER,
                    POINTER_MARKER,
                    LIST,
                    TREE,
                    OPAQUE ->
                    false;
        };
    }

    /** Bytes of all elements if that is always the same, else -1. */
    long fixedBytes() {
        if (counts.size() != 1) {
            return -1;
        }
        long one = elementBytes();
        return one < 0 ? -1 : one * counts.getFirst();
    }

    /** Bytes of one element if that is always the same, else -1. */
    long elementBytes() {
        if (isStructure()) {
            return nested.getFirst().fixedBytes();
        }
        boolean known =
                sizes.size() == 1
                        && !isOpenEnded()
                        && type.kind() != FieldType.Kind.CAPABILITY
                        && type.kind() != FieldType.Kind.LIST
                        && type.kind() != FieldType.Kind.TREE;
        return known ? sizes.getFirst() : -1;
    }
}
