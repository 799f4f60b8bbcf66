package dev.ferry.stream.vmstate;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One decoded value of a device's state. It knows where it stands in the stream and keeps its bytes
 * or what they can be made from again, so that {@link VmStateEncoder} gives back what was read.
 */
public sealed interface VmStateValue {

    /** Stream offset of its first byte. */
    long offset();

    /** Bytes on the wire. */
    long length();

    /**
     * An integer.
     *
     * @param width 1, 2, 4 or 8 bytes
     * @param raw the value; sign-extended if {@code signed}, else zero-extended, and for 8 bytes
     *     all 64 bits
     */
    record IntegerValue(long offset, int width, boolean signed, long raw) implements VmStateValue {
        @Override
        public long length() {
            return width;
        }

        @Override
        public String toString() {
            return signed ? Long.toString(raw) : Long.toUnsignedString(raw);
        }
    }

    /** A truth value; {@code raw} is its byte, of which every value but 0 means true. */
    record BoolValue(long offset, int raw) implements VmStateValue {
        public boolean value() {
            return raw != 0;
        }

        @Override
        public long length() {
            return 1;
        }
    }

    /**
     * Plain bytes: a buffer, an unused stretch, a bitmap, or a value only its device understands;
     * the field's type tells which. The array is owned by this value: do not change it.
     */
    @SuppressWarnings("ArrayRecordComponent") // compared and printed by content below
    record BytesValue(long offset, byte[] bytes) implements VmStateValue {
        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof BytesValue that
                    && offset == that.offset
                    && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return bytes.length + " bytes at " + offset;
        }
    }

    /** A counted string: u8 length, then the text, one byte per char (Latin-1). */
    record TextValue(long offset, String text) implements VmStateValue {
        @Override
        public long length() {
            return 1L + text.length();
        }
    }

    /** The marker in the place of an array element whose pointer is null. */
    record NullPointer(long offset) implements VmStateValue {
        /** The byte on the wire. */
        public static final int MARKER = '0';

        @Override
        public long length() {
            return 1;
        }
    }

    /** The marker before an array element that is present (since 11.0). */
    record PointerMarker(long offset) implements VmStateValue {
        /** The byte on the wire. */
        public static final int MARKER = '1';

        @Override
        public long length() {
            return 1;
        }
    }

    /** Consecutive elements of one array, described as one. */
    record ArrayValue(long offset, long length, List<VmStateValue> elements)
            implements VmStateValue {
        public ArrayValue {
            elements = List.copyOf(elements);
        }
    }

    /**
     * Consecutive integers of one array, kept packed as they stood on the wire (big endian). The
     * byte array is owned by this value: do not change it.
     */
    @SuppressWarnings("ArrayRecordComponent") // compared and printed by content below
    record IntegerArray(long offset, int width, boolean signed, byte[] packed)
            implements VmStateValue {
        @Override
        public long length() {
            return packed.length;
        }

        public int count() {
            return packed.length / width;
        }

        public IntegerValue get(int index) {
            return new IntegerValue(
                    offset + (long) index * width,
                    width,
                    signed,
                    Integers.get(packed, index * width, width, signed));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof IntegerArray that
                    && offset == that.offset
                    && width == that.width
                    && signed == that.signed
                    && Arrays.equals(packed, that.packed);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(packed);
        }

        @Override
        public String toString() {
            return count() + " integers of " + width + " bytes at " + offset;
        }
    }

    /**
     * A structure.
     *
     * @param name its vmsd name
     * @param version the version it is laid out in: for the root of a device and for subsections
     *     that on the wire, for nested structures that of the layout
     * @param fields in wire order; the elements of an array may be several fields of one name
     */
    record StructValue(
            long offset,
            long length,
            String name,
            long version,
            List<FieldValue> fields,
            List<SubsectionValue> subsections)
            implements VmStateValue {
        public StructValue {
            fields = List.copyOf(fields);
            subsections = List.copyOf(subsections);
        }

        /** The first field of this name, or null. */
        public @Nullable FieldValue field(String fieldName) {
            for (FieldValue field : fields) {
                if (field.name().equals(fieldName)) {
                    return field;
                }
            }
            return null;
        }

        /** The subsection of this name, or null. */
        public @Nullable SubsectionValue subsection(String subsectionName) {
            for (SubsectionValue subsection : subsections) {
                if (subsection.name().equals(subsectionName)) {
                    return subsection;
                }
            }
            return null;
        }
    }

    /** A list: {@code { 0x01 element }* 0x00}. */
    record ListValue(long offset, long length, List<StructValue> elements) implements VmStateValue {
        public ListValue {
            elements = List.copyOf(elements);
        }
    }

    /** A tree: {@code u32 count { 0x01 key value }* 0x00}; keys are u64 or structures. */
    record TreeValue(long offset, long length, List<Entry> entries) implements VmStateValue {
        public TreeValue {
            entries = List.copyOf(entries);
        }

        /** One node. */
        public record Entry(VmStateValue key, StructValue value) {}
    }

    /** A field with its value. */
    record FieldValue(FieldLayout layout, VmStateValue value) {
        public String name() {
            return layout.name();
        }
    }

    /**
     * A subsection with its header.
     *
     * @param offset of its tag byte; {@code body} begins after tag, name and version
     */
    record SubsectionValue(long offset, StructValue body) {
        public String name() {
            return body.name();
        }

        /** Bytes on the wire, header included. */
        public long length() {
            return body.offset() - offset + body.length();
        }
    }
}
