package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.BoolValue;
import dev.ferry.stream.vmstate.VmStateValue.BytesValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StateComparisonTest {

    private static StructValue struct(FieldValue... fields) {
        return new StructValue(0, 0, "device", 1, List.of(fields), List.of());
    }

    private static FieldValue field(String name, String type, Repeat repeat, VmStateValue value) {
        return new FieldValue(
                new FieldLayout(name, repeat, FieldType.of(type), List.of(), value.length()),
                value);
    }

    private static FieldValue field(String name, String type, VmStateValue value) {
        return field(name, type, Repeat.ONCE, value);
    }

    private static IntegerValue u32(long value) {
        return new IntegerValue(0, 4, false, value);
    }

    private static BytesValue bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return new BytesValue(0, bytes);
    }

    /** Names of what differs; with {@code <} or {@code >} where one side lacks it. */
    private static List<String> differences(StructValue a, StructValue b) throws IOException {
        List<String> found = new ArrayList<>();
        StateComparison.compare(
                a,
                b,
                (path, here, there) ->
                        found.add(path + (there == null ? " <" : here == null ? " >" : "")));
        return found;
    }

    @Test
    void fieldsAreFoundByNameWhateverTheirOrder() throws IOException {
        assertEquals(
                List.of("b", "gone <", "new >"),
                differences(
                        struct(
                                field("a", "uint32", u32(1)),
                                field("b", "uint32", u32(2)),
                                field("gone", "uint32", u32(0))),
                        struct(
                                field("new", "uint32", u32(0)),
                                field("b", "uint32", u32(3)),
                                field("a", "uint32", u32(1)))));
    }

    @Test
    void widthOfAnIntegerIsNoDifference() throws IOException {
        assertEquals(
                List.of(),
                differences(
                        struct(field("a", "uint32", u32(5))),
                        struct(field("a", "uint64", new IntegerValue(0, 8, false, 5)))));
    }

    @Test
    void signThatALayoutDidNotKnowIsNoDifference() throws IOException {
        assertEquals(
                List.of(),
                differences(
                        struct(field("a", "int32", new IntegerValue(0, 4, true, -1))),
                        struct(field("a", "uint32", u32(0xffff_ffffL)))));
        assertEquals(
                List.of("a"),
                differences(
                        struct(field("a", "int32", new IntegerValue(0, 4, true, -1))),
                        struct(field("a", "uint64", new IntegerValue(0, 8, false, 0xffff_ffffL)))));
    }

    @Test
    void truthValueEqualsTheByteItIs() throws IOException {
        assertEquals(
                List.of("b"),
                differences(
                        struct(
                                field("a", "bool", new BoolValue(0, 1)),
                                field("b", "bool", new BoolValue(0, 1))),
                        struct(
                                field("a", "uint8", new IntegerValue(0, 1, false, 1)),
                                field("b", "uint8", new IntegerValue(0, 1, false, 0)))));
    }

    @Test
    void bufferThatGrewWithZerosIsNoDifference() throws IOException {
        assertEquals(
                List.of("b"),
                differences(
                        struct(
                                field("a", "buffer", bytes(1, 2)),
                                field("b", "buffer", bytes(1, 2))),
                        struct(
                                field("a", "buffer", bytes(1, 2, 0, 0)),
                                field("b", "buffer", bytes(1, 2, 0, 3)))));
    }

    @Test
    void elementsAreCountedAcrossRuns() throws IOException {
        IntegerArray packed = new IntegerArray(0, 2, false, new byte[] {0, 1, 0, 2, 0, 3});
        ArrayValue two = new ArrayValue(0, 4, List.of(integer(1), integer(2)));
        assertEquals(
                List.of("a[2]", "a[3] >"),
                differences(
                        struct(field("a", "uint16", new Repeat.Array(3), packed)),
                        struct(
                                field("a", "uint16", new Repeat.Array(2), two),
                                field("a", "uint16", new Repeat.Element(2), integer(4)),
                                field("a", "uint16", new Repeat.Element(3), integer(5)))));
    }

    private static IntegerValue integer(long value) {
        return new IntegerValue(0, 2, false, value);
    }

    @Test
    void pathsGoIntoStructuresSubsectionsListsAndTrees() throws IOException {
        assertEquals(
                List.of(
                        "in.x",
                        "list[0].x",
                        "list[1] <",
                        "tree[0x7].x",
                        "tree[0x8] <",
                        "null",
                        "device/sub.x",
                        "device/gone <",
                        "device/sub version"),
                differences(
                        nesting(1, List.of(leaf(1), leaf(1)), 8, bytes(1), true),
                        nesting(2, List.of(leaf(2)), -1, new NullPointer(0), false)));
    }

    private static StructValue leaf(int value) {
        return struct(field("x", "uint32", u32(value)));
    }

    private static StructValue nesting(
            int value, List<StructValue> list, int secondKey, VmStateValue pointer, boolean both) {
        List<TreeValue.Entry> entries = new ArrayList<>();
        entries.add(new TreeValue.Entry(new IntegerValue(0, 8, false, 7), leaf(value)));
        if (secondKey >= 0) {
            entries.add(new TreeValue.Entry(new IntegerValue(0, 8, false, secondKey), leaf(value)));
        }
        List<SubsectionValue> subsections = new ArrayList<>();
        subsections.add(
                new SubsectionValue(
                        0,
                        new StructValue(
                                0, 0, "device/sub", value, leaf(value).fields(), List.of())));
        if (both) {
            subsections.add(
                    new SubsectionValue(
                            0, new StructValue(0, 0, "device/gone", 1, List.of(), List.of())));
        }
        return new StructValue(
                0,
                0,
                "device",
                1,
                List.of(
                        field("in", "struct", leaf(value)),
                        field("list", "qtailq", new ListValue(0, 0, list)),
                        field("tree", "gtree", new TreeValue(0, 0, entries)),
                        field("null", "buffer", pointer)),
                subsections);
    }

    @Test
    void unusedStretchesAreNotCompared() throws IOException {
        assertEquals(
                List.of(),
                differences(
                        struct(field("unused", "unused_buffer", bytes(1))),
                        struct(field("unused[0]", "unused_buffer", bytes(2, 3)))));
    }
}
