package dev.ferry.stream.vmstate;

import java.util.HashMap;
import java.util.Map;

/**
 * A field's type: the name QEMU gives it in descriptions, and what we know about its bytes.
 *
 * <p>Type names QEMU's device models make up for themselves ({@code virtio}, {@code psr}, {@code
 * scsi-requests}) are kept and are {@link Kind#OPAQUE}: only their size is known. Source: QEMU
 * migration/vmstate-types.c and vmstate.c, vmfield_get_type_name.
 *
 * @param name as in the description, for example {@code uint32 equal}
 * @param width bytes of one value, for the kinds that have a fixed size; else 0
 * @param signed whether an integer is signed
 */
public record FieldType(String name, Kind kind, int width, boolean signed) {

    /** How a type's bytes are to be read. */
    public enum Kind {
        /** A big-endian integer of {@link FieldType#width} bytes. */
        INTEGER,
        /** One byte, 0 or 1; QEMU takes any other value for true. */
        BOOL,
        /** Plain bytes. */
        BUFFER,
        /** Bytes that are skipped by the receiver and zero on the wire. */
        UNUSED,
        /** Bits in big-endian 64-bit words; bit 0 is the lowest of the first word. */
        BITMAP,
        /** A counted string: u8 length, then the name of a migration capability. */
        CAPABILITY,
        /** One byte {@code '0'} in the place of an array element whose pointer is null. */
        NULL_POINTER,
        /** One byte {@code '0'} or {@code '1'}: whether the array element follows (since 11.0). */
        POINTER_MARKER,
        /** A nested structure. */
        STRUCT,
        /** A nested structure in a version of its own; described without a wrapper. */
        VERSIONED_STRUCT,
        /** A nested structure made up for the wire from other state; described as the former. */
        TEMPORARY,
        /** {@code { 0x01 element }* 0x00}. */
        LIST,
        /** {@code u32 count { 0x01 key value }* 0x00}; a key is a u64 or a structure. */
        TREE,
        /** Bytes with a meaning only the device knows. */
        OPAQUE;

        /** Whether the description of such a field holds structures. */
        public boolean nests() {
            return switch (this) {
                case STRUCT, VERSIONED_STRUCT, TEMPORARY, LIST, TREE -> true;
                case INTEGER,
                        BOOL,
                        BUFFER,
                        UNUSED,
                        BITMAP,
                        CAPABILITY,
                        NULL_POINTER,
                        POINTER_MARKER,
                        OPAQUE ->
                        false;
            };
        }
    }

    private static final Map<String, FieldType> KNOWN = known();

    /** The type of this name; an unknown name is an {@link Kind#OPAQUE} type. */
    public static FieldType of(String name) {
        FieldType type = KNOWN.get(name);
        return type != null ? type : new FieldType(name, Kind.OPAQUE, 0, false);
    }

    private static Map<String, FieldType> known() {
        Map<String, FieldType> types = new HashMap<>(64);
        for (int width = 1; width <= 8; width *= 2) {
            for (String suffix : new String[] {"", " equal", " le"}) {
                add(types, "int" + width * 8 + suffix, Kind.INTEGER, width, true);
                add(types, "uint" + width * 8 + suffix, Kind.INTEGER, width, false);
            }
        }
        add(types, "timer", Kind.INTEGER, 8, true);
        add(types, "CPU_Double_U", Kind.INTEGER, 8, false);
        add(types, "bool", Kind.BOOL, 1, false);
        add(types, "buffer", Kind.BUFFER, 0, false);
        add(types, "static buffer", Kind.BUFFER, 0, false);
        add(types, "unused_buffer", Kind.UNUSED, 0, false);
        add(types, "bitmap", Kind.BITMAP, 0, false);
        add(types, "capability", Kind.CAPABILITY, 0, false);
        add(types, "nullptr", Kind.NULL_POINTER, 1, false);
        add(types, "ptr-marker", Kind.POINTER_MARKER, 1, false);
        add(types, "struct", Kind.STRUCT, 0, false);
        add(types, "vstruct", Kind.VERSIONED_STRUCT, 0, false);
        add(types, "tmp", Kind.TEMPORARY, 0, false);
        add(types, "qtailq", Kind.LIST, 0, false);
        add(types, "qlist", Kind.LIST, 0, false);
        add(types, "gtree", Kind.TREE, 0, false);
        return types;
    }

    private static void add(
            Map<String, FieldType> types, String name, Kind kind, int width, boolean signed) {
        types.put(name, new FieldType(name, kind, width, signed));
    }

    @Override
    public String toString() {
        return name;
    }
}
