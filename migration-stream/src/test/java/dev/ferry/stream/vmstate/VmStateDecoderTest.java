package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.LimitExceededException;
import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.NullPointer;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class VmStateDecoderTest {

    private static final FieldType U8 = FieldType.of("uint8");
    private static final FieldType U32 = FieldType.of("uint32");

    private static VmStateLayout layout(String name, FieldLayout... fields) {
        return new VmStateLayout(name, 1, List.of(fields), List.of());
    }

    private static FieldLayout field(String name, String type, long size) {
        return FieldLayout.scalar(name, FieldType.of(type), size);
    }

    private static FieldLayout nested(
            String name, Repeat repeat, String type, long size, VmStateLayout... layouts) {
        return new FieldLayout(name, repeat, FieldType.of(type), List.of(layouts), size);
    }

    private static DeviceState decode(VmStateLayout layout, String hex) throws IOException {
        return decode(layout, hex, Limits.DEFAULT);
    }

    private static DeviceState decode(VmStateLayout layout, String hex, Limits limits)
            throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        WireInput in = new WireInput(new MemorySource("test", bytes));
        DeviceState state = VmStateDecoder.decode(in, layout, "dev", 0, 1, limits);
        assertEquals(bytes.length, in.offset(), "all bytes are consumed");
        assertEquals(0, in.depth(), "breadcrumbs are taken up again");
        assertArrayEquals(bytes, VmStateEncoder.encode(state.root()), "encoded back");
        return state;
    }

    private static VmStateValue value(DeviceState state, String name) {
        FieldValue field = state.root().field(name);
        assertNotNull(field, name);
        return field.value();
    }

    @Test
    void integersAreBigEndianAndKnowTheirPlace() throws IOException {
        DeviceState state =
                decode(
                        layout(
                                "dev",
                                field("a", "uint16", 2),
                                field("b", "int32 le", 4),
                                field("c", "uint64", 8)),
                        "0102 fffffffe ffffffffffffffff");
        assertEquals(new IntegerValue(0, 2, false, 0x102), value(state, "a"));
        assertEquals(new IntegerValue(2, 4, true, -2), value(state, "b"));
        assertEquals(new IntegerValue(6, 8, false, -1), value(state, "c"));
        assertEquals("18446744073709551615", value(state, "c").toString());
        assertEquals(14, state.length());
    }

    @Test
    void arraysOfIntegersStayPacked() throws IOException {
        VmStateLayout layout =
                layout("dev", nested("a", new Repeat.Array(3), "int16", 2), field("b", "bool", 1));
        DeviceState state = decode(layout, "0001 ffff 8000 01");
        IntegerArray array = assertInstanceOf(IntegerArray.class, value(state, "a"));
        assertEquals(3, array.count());
        assertEquals(new IntegerValue(4, 2, true, -32768), array.get(2));
    }

    @Test
    void nullPointersAreOneMarkerByte() throws IOException {
        VmStateLayout layout =
                layout(
                        "dev",
                        nested("p", new Repeat.Array(2), "nullptr", 1),
                        nested("p", new Repeat.Element(2), "struct", 1),
                        field("q", "uint32", 1));
        DeviceState state = decode(layout, "30 30 30 30");
        assertEquals(new NullPointer(3), value(state, "q"));
        MalformedStreamException e =
                assertThrows(MalformedStreamException.class, () -> decode(layout, "30 30 31 30"));
        assertEquals("null pointer marker: expected 0x30, found 0x31", e.problem());
        assertEquals("device 'dev' instance 0 / p[2]", e.at().breadcrumb());
        assertEquals(2, e.at().offset());
    }

    @Test
    void listsHaveAByteBeforeEachElementAndOneAtTheEnd() throws IOException {
        VmStateLayout element = layout("element", FieldLayout.scalar("x", U8, 1));
        VmStateLayout layout =
                layout("dev", nested("q", Repeat.ONCE, "qtailq", 5, element, element));
        ListValue list =
                assertInstanceOf(ListValue.class, value(decode(layout, "01 07 01 08 00"), "q"));
        assertEquals(2, list.elements().size());
        assertThrows(MalformedStreamException.class, () -> decode(layout, "01 07 00 08 00"));
        assertThrows(MalformedStreamException.class, () -> decode(layout, "01 07 01 08 01"));
    }

    @Test
    void treesHaveACountAndKeys() throws IOException {
        VmStateLayout value = layout("value", FieldLayout.scalar("x", U8, 1));
        VmStateLayout key = layout("key", FieldLayout.scalar("k", U32, 4));
        DeviceState direct =
                decode(
                        layout("dev", nested("t", Repeat.ONCE, "gtree", 15, value)),
                        "00000001 01 0000000000000009 07 00");
        TreeValue tree = assertInstanceOf(TreeValue.class, value(direct, "t"));
        assertEquals(new IntegerValue(5, 8, false, 9), tree.entries().getFirst().key());
        DeviceState structured =
                decode(
                        layout("dev", nested("t", Repeat.ONCE, "gtree", 11, key, value)),
                        "00000001 01 00000009 07 00");
        tree = assertInstanceOf(TreeValue.class, value(structured, "t"));
        assertInstanceOf(StructValue.class, tree.entries().getFirst().key());
        assertThrows(
                MalformedStreamException.class,
                () ->
                        decode(
                                layout("dev", nested("t", Repeat.ONCE, "gtree", 11, key, value)),
                                "00000003 01 00000009 07 00"));
    }

    private static VmStateLayout withSubsection() {
        return new VmStateLayout(
                "dev",
                1,
                List.of(FieldLayout.scalar("a", U8, 1)),
                List.of(layout("dev/b", FieldLayout.scalar("c", U8, 1))));
    }

    @Test
    void subsectionsAreNamedOnTheWire() throws IOException {
        DeviceState state = decode(withSubsection(), "09 05 05 6465762f62 00000001 07");
        assertEquals("dev/b", state.root().subsections().getFirst().name());
        assertEquals(1, state.root().subsections().getFirst().offset());
        assertEquals(12, state.root().subsections().getFirst().length());
    }

    @Test
    void subsectionHeadersMustBeThoseDescribed() {
        MalformedStreamException tag =
                assertThrows(
                        MalformedStreamException.class,
                        () -> decode(withSubsection(), "09 7e 05 6465762f62 00000001 07"));
        assertEquals("subsection tag: expected 0x5, found 0x7e", tag.problem());
        MalformedStreamException name =
                assertThrows(
                        MalformedStreamException.class,
                        () -> decode(withSubsection(), "09 05 05 6465762f63 00000001 07"));
        assertEquals("subsection name: expected 'dev/b', found 'dev/c'", name.problem());
    }

    @Test
    void errorsNameTheFieldDownToTheElement() {
        VmStateLayout segment =
                layout(
                        "segment",
                        FieldLayout.scalar("selector", U32, 4),
                        field("base", "uint64", 8));
        VmStateLayout layout =
                layout("dev", nested("env.segs", new Repeat.Array(6), "struct", 12, segment));
        TruncatedStreamException e =
                assertThrows(
                        TruncatedStreamException.class,
                        () -> decode(layout, "00".repeat(3 * 12 + 7)));
        assertEquals("device 'dev' instance 0 / env.segs[3].base", e.at().breadcrumb());
    }

    @Test
    void aStructureMustTakeItsDescribedSize() {
        VmStateLayout inner = layout("inner", FieldLayout.scalar("x", U8, 1));
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () ->
                                decode(
                                        layout("dev", nested("s", Repeat.ONCE, "struct", 2, inner)),
                                        "0000"));
        assertEquals("struct: expected 0x2 bytes, found 0x1", e.problem());
    }

    @Test
    void stateLongerThanTheLimitIsRefusedBeforeItIsRead() {
        for (FieldLayout hostile :
                List.of(
                        field("b", "buffer", Long.MAX_VALUE),
                        field("b", "buffer", Limits.DEFAULT.deviceBytes() + 1L),
                        nested("b", new Repeat.Array(Integer.MAX_VALUE), "uint64", 8),
                        nested("b", new Repeat.Array(Integer.MAX_VALUE), "buffer", 0))) {
            assertThrows(
                    LimitExceededException.class,
                    () -> decode(layout("dev", hostile), "00"),
                    hostile.toString());
        }
    }

    @Test
    void lyingLengthsWithinTheLimitEndAsTruncation() {
        assertThrows(
                TruncatedStreamException.class,
                () -> decode(layout("dev", field("b", "buffer", 60 << 20)), "00"));
    }
}
