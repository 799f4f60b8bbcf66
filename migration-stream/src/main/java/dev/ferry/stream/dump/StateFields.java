package dev.ferry.stream.dump;

import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fields of device state by name. An array may be one field, or several numbered ones ({@code
 * env.regs[0]}, {@code env.regs[8]}) when QEMU described it in runs; here it is one.
 */
final class StateFields {

    private StateFields() {}

    private static boolean named(FieldValue field, String name) {
        String own = field.name();
        return own.startsWith(name)
                && (own.length() == name.length() || own.charAt(name.length()) == '[');
    }

    /** All integers of a field or array, in wire order. */
    static List<Long> numbers(StructValue struct, String name) {
        List<Long> numbers = new ArrayList<>();
        for (FieldValue field : struct.fields()) {
            if (named(field, name)) {
                numbers(field.value(), numbers);
            }
        }
        return numbers;
    }

    private static void numbers(VmStateValue value, List<Long> numbers) {
        switch (value) {
            case IntegerValue integer -> numbers.add(integer.raw());
            case BoolValue bool -> numbers.add((long) bool.raw());
            case IntegerArray array -> {
                for (int i = 0; i < array.count(); i++) {
                    numbers.add(array.get(i).raw());
                }
            }
            case ArrayValue array -> {
                for (VmStateValue element : array.elements()) {
                    numbers(element, numbers);
                }
            }
            case StructValue struct -> {
                for (FieldValue field : struct.fields()) {
                    numbers(field.value(), numbers);
                }
            }
            default -> {}
        }
    }

    /** The first integer of a field, or {@code otherwise} if there is none. */
    static long number(StructValue struct, String name, long otherwise) {
        List<Long> numbers = numbers(struct, name);
        return numbers.isEmpty() ? otherwise : numbers.getFirst();
    }

    /** All structures of a field or array, in wire order. */
    static List<StructValue> structs(StructValue struct, String name) {
        List<StructValue> structs = new ArrayList<>();
        for (FieldValue field : struct.fields()) {
            if (!named(field, name)) {
                continue;
            }
            if (field.value() instanceof StructValue one) {
                structs.add(one);
            } else if (field.value() instanceof ArrayValue array) {
                for (VmStateValue element : array.elements()) {
                    if (element instanceof StructValue one) {
                        structs.add(one);
                    }
                }
            }
        }
        return structs;
    }

    /** A buffer by name, also where QEMU numbered it since the name occurs twice. */
    static byte @Nullable [] bytes(StructValue struct, String name) {
        for (FieldValue field : struct.fields()) {
            if (!named(field, name)) {
                continue;
            }
            if (field.value() instanceof BytesValue bytes && bytes.bytes().length > 1) {
                return bytes.bytes();
            }
            if (field.value() instanceof ArrayValue array
                    && !array.elements().isEmpty()
                    && array.elements().getFirst() instanceof BytesValue bytes
                    && bytes.bytes().length > 1) {
                return bytes.bytes();
            }
        }
        return null;
    }

    /** A PCI device's configuration space, or null. */
    static byte @Nullable [] pciConfig(StructValue device) {
        for (FieldValue field : device.fields()) {
            if (field.value() instanceof StructValue parent) {
                byte[] config = bytes(parent, "config");
                if (config != null && config.length >= 64) {
                    return config;
                }
            }
        }
        return null;
    }
}
