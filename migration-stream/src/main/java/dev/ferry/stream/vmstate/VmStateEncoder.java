package dev.ferry.stream.vmstate;

import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.PointerMarker;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TextValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes values as they stand on the wire; the inverse of {@link VmStateDecoder}. */
public final class VmStateEncoder {

    /** The byte before a subsection's name. */
    static final int QEMU_VM_SUBSECTION = 0x05;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final byte[] word = new byte[8];

    private VmStateEncoder() {}

    /** The bytes of a section's body, or of any part of it. */
    public static byte[] encode(VmStateValue value) {
        VmStateEncoder encoder = new VmStateEncoder();
        encoder.value(value);
        return encoder.out.toByteArray();
    }

    private void value(VmStateValue value) {
        switch (value) {
            case IntegerValue integer -> integer(integer.width(), integer.raw());
            case BoolValue bool -> out.write(bool.raw());
            case BytesValue bytes -> out.writeBytes(bytes.bytes());
            case TextValue text -> text(text.text());
            case NullPointer _ -> out.write(NullPointer.MARKER);
            case PointerMarker _ -> out.write(PointerMarker.MARKER);
            case ArrayValue array -> array.elements().forEach(this::value);
            case IntegerArray array -> out.writeBytes(array.packed());
            case StructValue struct -> struct(struct);
            case ListValue list -> list(list);
            case TreeValue tree -> tree(tree);
        }
    }

    private void struct(StructValue struct) {
        for (FieldValue field : struct.fields()) {
            value(field.value());
        }
        for (SubsectionValue subsection : struct.subsections()) {
            out.write(QEMU_VM_SUBSECTION);
            text(subsection.name());
            integer(4, subsection.body().version());
            struct(subsection.body());
        }
    }

    private void list(ListValue list) {
        for (StructValue element : list.elements()) {
            out.write(1);
            struct(element);
        }
        out.write(0);
    }

    private void tree(TreeValue tree) {
        integer(4, tree.entries().size());
        for (TreeValue.Entry entry : tree.entries()) {
            out.write(1);
            value(entry.key());
            struct(entry.value());
        }
        out.write(0);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length > 255) {
            throw new IllegalArgumentException(
                    "a name of " + bytes.length + " bytes: at most 255 fit");
        }
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private void integer(int width, long value) {
        Integers.put(word, 0, width, value);
        out.write(word, 0, width);
    }
}
