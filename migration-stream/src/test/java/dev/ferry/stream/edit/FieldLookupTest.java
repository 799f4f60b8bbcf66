package dev.ferry.stream.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.Repeat;
import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.stream.vmstate.VmStateValue;
import dev.ferry.stream.vmstate.VmStateValue.ArrayValue;
import dev.ferry.stream.vmstate.VmStateValue.FieldValue;
import dev.ferry.stream.vmstate.VmStateValue.IntegerArray;
import dev.ferry.stream.vmstate.VmStateValue.ListValue;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import dev.ferry.stream.vmstate.VmStateValue.SubsectionValue;
import dev.ferry.stream.vmstate.VmStateValue.TreeValue;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldLookupTest {

    /** Every value that holds no others, by the path that JSON shows it under. */
    private static final class Paths {
        private final Map<String, VmStateValue> leaves = new LinkedHashMap<>();

        static Map<String, VmStateValue> of(StructValue root) {
            Paths paths = new Paths();
            paths.struct(root, "");
            return paths.leaves;
        }

        private void struct(StructValue struct, String prefix) {
            Map<String, List<VmStateValue>> byName = new LinkedHashMap<>();
            Map<String, Boolean> arrays = new LinkedHashMap<>();
            for (FieldValue field : struct.fields()) {
                byName.computeIfAbsent(field.name(), k -> new ArrayList<>()).add(field.value());
                arrays.merge(
                        field.name(),
                        !(field.layout().repeat() instanceof Repeat.Once),
                        (a, b) -> true);
            }
            for (SubsectionValue subsection : struct.subsections()) {
                byName.computeIfAbsent(subsection.name(), k -> new ArrayList<>())
                        .add(subsection.body());
                arrays.merge(subsection.name(), false, (a, b) -> true);
            }
            byName.forEach((name, values) -> {
                if (!arrays.getOrDefault(name, false)) {
                    value(values.getFirst(), prefix + name);
                    return;
                }
                // ARM has both, an array and a field that is called like its element
                String open = byName.containsKey(name + "[0]") ? "[0" : "[";
                int index = 0;
                for (VmStateValue value : values) {
                    index = elements(value, prefix + name + open, index);
                }
            });
        }

        private int elements(VmStateValue value, String open, int first) {
            int index = first;
            if (value instanceof ArrayValue array) {
                for (VmStateValue element : array.elements()) {
                    value(element, open + index++ + "]");
                }
            } else if (value instanceof IntegerArray array) {
                for (int i = 0; i < array.count(); i++) {
                    value(array.get(i), open + index++ + "]");
                }
            } else {
                value(value, open + index++ + "]");
            }
            return index;
        }

        private void value(VmStateValue value, String path) {
            switch (value) {
                case StructValue struct -> struct(struct, path + ".");
                case ArrayValue _, IntegerArray _ -> elements(value, path + "[", 0);
                case ListValue list -> {
                    for (int i = 0; i < list.elements().size(); i++) {
                        struct(list.elements().get(i), path + "[" + i + "].");
                    }
                }
                case TreeValue tree -> {
                    for (int i = 0; i < tree.entries().size(); i++) {
                        TreeValue.Entry entry = tree.entries().get(i);
                        value(entry.key(), path + "[" + i + "].key");
                        struct(entry.value(), path + "[" + i + "].value.");
                    }
                }
                default -> leaves.put(path, value);
            }
        }
    }

    private static List<DeviceState> devices(String fixture) throws IOException {
        return devices(Recording.of(Fixtures.named(fixture)));
    }

    private static List<DeviceState> devices(Recording recording) throws IOException {
        List<DeviceState> devices = new ArrayList<>();
        for (StreamItem item : recording.items()) {
            if (item instanceof StreamItem.Section section
                    && section.body() instanceof SectionBody.Device device) {
                devices.add(device.state());
            }
        }
        return devices;
    }

    @ParameterizedTest
    @FixtureSource
    void everyValueIsFoundWhereJsonShowsIt(Fixture fixture) throws Exception {
        int found = 0;
        for (DeviceState device : devices(Recording.of(fixture))) {
            for (Map.Entry<String, VmStateValue> leaf : Paths.of(device.root()).entrySet()) {
                FieldLookup.Found field = FieldLookup.find(device.root(), leaf.getKey());
                String where = device.name() + "." + leaf.getKey();
                assertEquals(leaf.getValue(), field.value(), where);
                assertEquals(-1, field.byteIndex(), where);
                found++;
            }
        }
        assertEquals(true, found > 5);
    }

    @ParameterizedTest
    @FixtureSource(exclude = {"*-dirty-*", "isapc-q7"})
    void setValuesAreReadBackAndNothingElseChanges(Fixture fixture) throws Exception {
        long seed = fixture.name().hashCode();
        Random random = new Random(seed);
        Recording before = Recording.of(fixture);
        List<DeviceState> devices = devices(before);
        StreamEdits edits = new StreamEdits();
        Map<String, byte[]> expected = new LinkedHashMap<>();
        for (int i = 0; i < devices.size(); i++) {
            DeviceState device = devices.get(i);
            byte[] state = VmStateEncoder.encode(device.root());
            List<Map.Entry<String, VmStateValue>> leaves =
                    new ArrayList<>(Paths.of(device.root()).entrySet());
            leaves.removeIf(leaf ->
                    leaf.getValue().length() == 0
                            || leaf.getValue() instanceof VmStateValue.NullPointer);
            if (!leaves.isEmpty()) {
                Map.Entry<String, VmStateValue> leaf = leaves.get(random.nextInt(leaves.size()));
                String name = device.name() + "/" + device.instance();
                set(edits, name + "." + leaf.getKey(), leaf.getValue(), random, device, state);
            }
            expected.put(i + " " + device.name(), state);
        }
        Recording after = before.edited(edits);
        Map<String, byte[]> found = new LinkedHashMap<>();
        for (DeviceState device : devices(after)) {
            found.put(found.size() + " " + device.name(), VmStateEncoder.encode(device.root()));
        }
        assertEquals(expected.keySet(), found.keySet());
        for (String key : expected.keySet()) {
            assertArrayEquals(expected.get(key), found.get(key), key + ", seed " + seed);
        }
        int different = 0;
        for (int i = 0; i < before.main().length; i++) {
            different += before.main()[i] == after.main()[i] ? 0 : 1;
        }
        assertEquals(before.main().length, after.main().length);
        assertEquals(true, different > 0, "seed " + seed);
    }

    /** Sets a leaf to something at random, and does the same in {@code state}. */
    private static void set(
            StreamEdits edits,
            String path,
            VmStateValue leaf,
            Random random,
            DeviceState device,
            byte[] state) {
        int at = (int) (leaf.offset() - device.offset());
        switch (leaf) {
            case VmStateValue.IntegerValue integer -> {
                long value = random.nextLong() >> (64 - 8 * integer.width());
                long shown =
                        integer.signed() || integer.width() == 8
                                ? value
                                : value & ((1L << (8 * integer.width())) - 1);
                edits.set(
                        path,
                        integer.signed() ? Long.toString(value) : "0x" + Long.toHexString(shown));
                for (int i = 0; i < integer.width(); i++) {
                    state[at + i] = (byte) (value >> (8 * (integer.width() - 1 - i)));
                }
            }
            case VmStateValue.BoolValue bool -> {
                edits.set(path, bool.value() ? "false" : "true");
                state[at] = (byte) (bool.value() ? 0 : 1);
            }
            case VmStateValue.BytesValue bytes -> {
                int index = random.nextInt(bytes.bytes().length);
                byte value = (byte) ~bytes.bytes()[index];
                edits.set(
                        path + "[" + index + "]",
                        HexFormat.of().toHexDigits(value).toUpperCase(Locale.ROOT));
                state[at + index] = value;
            }
            default -> throw new AssertionError(path + ": " + leaf);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cpu | env.eipp | no field 'env.eipp'; did you mean env.eip?
                    cpu | env.regs | env.regs is an array; name an element: env.regs[0] to env.regs[15]
                    cpu | env.regs[16] | env.regs has 16 elements, 0 to 15; there is no 16
                    cpu | env.regs[-1] | env.regs has 16 elements, 0 to 15; there is no -1
                    cpu | env.regs[x] | env.regs: expected [index] behind it, found '[x]'
                    cpu | env.segs[0] | env.segs[0] is a structure; name a field of it: selector, base, limit and flags
                    cpu | env.segs[0][1] | env.segs[0] is a structure and has no elements: '[1]'
                    cpu | env.segs[0].bass | no field 'bass' in env.segs[0]; did you mean base?
                    cpu | env.eip.low | env.eip has no parts, but '.low' follows it
                    fw_cfg | fw_cfg/dma.addr | no field 'addr' in fw_cfg/dma; did you mean dma_addr?
                    globalstate | runstate[99] | runstate has 32 bytes, 0 to 31; there is no 99
                    globalstate | runstate[1].x | runstate has only bytes, but '[1].x' follows it
                    """)
    void whatIsNotThereIsToldWithWhatIs(String device, String path, String message)
            throws IOException {
        for (DeviceState state : devices("precopy-paused-q10")) {
            if (state.name().equals(device)) {
                EditException e =
                        assertThrows(
                                EditException.class, () -> FieldLookup.find(state.root(), path));
                assertEquals(message, e.getMessage());
            }
        }
    }

    @Test
    void aSectionThatIsSentTwiceIsChangedTwice() throws Exception {
        Recording before = Recording.of(Fixtures.named("isapc-q7"));
        Recording after = before.edited(new StreamEdits().set("isa-ide/0.bus.cmd", "0x5a"));
        int found = 0;
        for (DeviceState device : devices(after)) {
            if (device.name().equals("isa-ide")) {
                FieldLookup.Found cmd = FieldLookup.find(device.root(), "bus.cmd");
                assertEquals("90", cmd.value().toString());
                found++;
            }
        }
        assertEquals(2, found);
    }

    @Test
    void theLongestNameIsMeant() throws Exception {
        for (DeviceState device : devices("precopy-paused-q10")) {
            if (device.name().equals("fw_cfg")) {
                // the field itself is called so; there is no array
                FieldLookup.find(device.root(), "cur_offset[1]");
                return;
            }
        }
        throw new AssertionError("no fw_cfg");
    }
}
