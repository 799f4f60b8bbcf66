package dev.ferry.stream.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DescriptionIndex;
import dev.ferry.stream.vmstate.VmStateEncoder;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;

/** Every kind of edit on every capture: what was asked for has changed, and nothing else. */
class EditFixtureTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    @ParameterizedTest
    @FixtureSource
    void nothingToChangeChangesNothing(Fixture fixture) throws Exception {
        Recording before = Recording.of(fixture);
        Recording after = before.edited(new StreamEdits());
        for (int i = 0; i < before.channels().size(); i++) {
            assertArrayEquals(before.channels().get(i), after.channels().get(i));
        }
    }

    @ParameterizedTest
    @FixtureSource
    void machineNameIsReplacedInConfigurationAndDescription(Fixture fixture) throws Exception {
        Recording before = Recording.of(fixture);
        StreamItem.Configuration configuration = configuration(before);
        if (configuration == null) {
            EditException e =
                    assertThrows(
                            EditException.class,
                            () -> before.edited(new StreamEdits().machine("x")));
            assertTrue(String.valueOf(e.getMessage()).contains("no configuration"), e::toString);
            return;
        }
        String old = configuration.machine();
        List<String> outline = before.outline();
        for (String name : new String[] {"m".repeat(255), ""}) {
            Recording after = before.edited(new StreamEdits().machine(name));
            List<String> expected = new ArrayList<>();
            for (String line : outline) {
                String beginning = "configuration " + old;
                expected.add(
                        line.startsWith(beginning + "[")
                                ? "configuration " + name + line.substring(beginning.length())
                                : line);
            }
            assertOutline(expected, after);
            if (!fixture.name().startsWith("mapped") && !fixture.name().contains("sparse")) {
                int at = (int) configuration.at() + 1;
                assertArrayEquals(
                        with(
                                before.main(),
                                at,
                                4 + old.length(),
                                ByteBuffer.allocate(4 + name.length())
                                        .putInt(name.length())
                                        .put(name.getBytes(StandardCharsets.US_ASCII))
                                        .array(),
                                "\"name\": \"name\", \"type\": \"buffer\", \"size\": "
                                        + old.length()
                                        + "}",
                                "\"name\": \"name\", \"type\": \"buffer\", \"size\": "
                                        + name.length()
                                        + "}"),
                        after.main());
            }
        }
    }

    @ParameterizedTest
    @FixtureSource
    void blocksAreRenamedWhereverTheyAreNamed(Fixture fixture) throws Exception {
        Recording before = Recording.of(fixture);
        StreamEdits edits = new StreamEdits();
        List<String> ids = new ArrayList<>();
        fixture.ramBlocks().forEach(block -> ids.add(block.idstr()));
        List<String> expected = before.outline();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            // longer and shorter ones in turn, and an exchange of the first two
            String to =
                    switch (i) {
                        case 0 -> ids.size() > 1 ? ids.get(1) : "b";
                        case 1 -> ids.get(0);
                        default -> i % 2 == 0 ? "a-longer-name-of-" + id : "b" + i;
                    };
            edits.renameBlock(id, to);
            for (int k = 0; k < expected.size(); k++) {
                expected.set(
                        k,
                        expected.get(k)
                                .replace("block " + id + " ", "block  " + to + " ")
                                .replace("block=" + id + ",", "block= " + to + ",")
                                .replace("block=" + id + "]", "block= " + to + "]"));
            }
        }
        expected.replaceAll(line -> line.replace("block  ", "block ").replace("block= ", "block="));
        Recording after = before.edited(edits);
        assertOutline(expected, after);
        // and back again
        StreamEdits back = new StreamEdits();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            String to =
                    switch (i) {
                        case 0 -> ids.size() > 1 ? ids.get(1) : "b";
                        case 1 -> ids.get(0);
                        default -> i % 2 == 0 ? "a-longer-name-of-" + id : "b" + i;
                    };
            back.renameBlock(to, id);
        }
        Recording again = after.edited(back);
        for (int i = 0; i < before.channels().size(); i++) {
            assertArrayEquals(before.channels().get(i), again.channels().get(i), "channel " + i);
        }
    }

    @ParameterizedTest
    @FixtureSource
    void sectionsAreDroppedWithTheirDescription(Fixture fixture) throws Exception {
        Recording before = Recording.of(fixture);
        List<StreamItem> items = before.items();
        Set<SectionName> names = new LinkedHashSet<>();
        for (StreamItem item : items) {
            if (item instanceof StreamItem.Section s && !s.name().equals("ram")) {
                names.add(new SectionName(s.name(), s.instance()));
            }
        }
        List<SectionName> some = new ArrayList<>(names);
        List<String> outline = before.outline();
        dropOne(before, items, outline, some.getFirst());
        dropOne(
                before,
                items,
                outline,
                some.get(Math.floorMod(fixture.name().hashCode(), some.size())));
        dropOne(before, items, outline, some.getLast());
        dropAll(before, some);
    }

    private static void dropOne(
            Recording before, List<StreamItem> items, List<String> outline, SectionName name)
            throws Exception {
        Recording after = before.edited(new StreamEdits().drop(name.toString()));
        List<String> expected = new ArrayList<>();
        String mark = " " + name.name() + "/" + name.instance() + " v";
        for (String line : outline) {
            if (!line.contains(mark)) {
                expected.add(line);
            }
        }
        JsonNode described = description(before);
        int removed = 0;
        if (described != null) {
            ArrayNode devices = (ArrayNode) described.required("devices");
            for (int i = devices.size() - 1; i >= 0; i--) {
                JsonNode device = devices.get(i);
                if (device.required("name").asText().equals(name.name())
                        && device.required("instance_id").asLong() == name.instance()) {
                    devices.remove(i);
                    removed++;
                }
            }
            int all = devices.size() + removed;
            int left = devices.size();
            expected.replaceAll(
                    line -> line.equals("description of " + all) ? "description of " + left : line);
            assertEquals(described, description(after), name::toString);
        }
        assertOutline(expected, after);
        // The bytes before the description, put together another way.
        int length = 0;
        byte[] kept = new byte[before.main().length];
        int from = 0;
        int end = before.main().length;
        for (StreamItem item : items) {
            if (item.channel() == 0
                    && item instanceof StreamItem.Section s
                    && s.name().equals(name.name())
                    && s.instance() == name.instance()
                    && s.depth() == 0) {
                int n = (int) s.at() - from;
                System.arraycopy(before.main(), from, kept, length, n);
                length += n;
                from = (int) (s.at() + s.length());
            }
            if (item instanceof StreamItem.Description d) {
                end = (int) d.at();
            }
            if (item instanceof StreamItem.Section s && s.depth() > 0) {
                return;
            }
        }
        System.arraycopy(before.main(), from, kept, length, end - from);
        length += end - from;
        assertEquals(
                -1,
                Arrays.mismatch(kept, 0, length, after.main(), 0, length),
                () -> name + ": the bytes before the description");
    }

    private static void dropAll(Recording before, List<SectionName> names) throws Exception {
        StreamEdits edits = new StreamEdits();
        names.forEach(name -> edits.drop(name.toString()));
        Recording after = before.edited(edits);
        for (StreamItem item : after.items()) {
            if (item instanceof StreamItem.Section s) {
                assertEquals("ram", s.name());
            }
            if (item instanceof StreamItem.Description d) {
                assertEquals(List.of(), d.index().entries());
            }
        }
    }

    @ParameterizedTest
    @FixtureSource
    void subsectionsAreDroppedAndSizesFollow(Fixture fixture) throws Exception {
        Recording before = Recording.of(fixture);
        Set<String> pairs = new LinkedHashSet<>();
        for (StreamItem item : before.items()) {
            if (item instanceof StreamItem.Section s
                    && s.body() instanceof SectionBody.Device device) {
                for (String name : Subsections.names(device.state().root())) {
                    pairs.add(s.name() + "/" + s.instance() + ":" + name);
                }
            }
        }
        List<String> some = new ArrayList<>(pairs);
        for (int i = 0; i < some.size(); i += Math.max(1, some.size() / 6)) {
            dropSubsection(before, some.get(i));
        }
    }

    private static void dropSubsection(Recording before, String pair) throws Exception {
        String device = pair.substring(0, pair.lastIndexOf(':'));
        String name = pair.substring(pair.lastIndexOf(':') + 1);
        Recording after = before.edited(new StreamEdits().dropSubsection(pair));
        List<StreamItem> then = before.items();
        List<StreamItem> now = after.items();
        assertEquals(then.size(), now.size(), pair);
        for (int i = 0; i < then.size(); i++) {
            if (then.get(i) instanceof StreamItem.Section a
                    && a.body() instanceof SectionBody.Device was) {
                StreamItem.Section b = (StreamItem.Section) now.get(i);
                SectionBody.Device is = (SectionBody.Device) b.body();
                byte[] expected =
                        (a.name() + "/" + a.instance()).equals(device)
                                ? Subsections.without(was.state().root(), name)
                                : VmStateEncoder.encode(was.state().root());
                assertArrayEquals(
                        expected, VmStateEncoder.encode(is.state().root()), pair + ", " + a.name());
            }
            if (now.get(i) instanceof StreamItem.Description d) {
                DescriptionIndex index = d.index();
                for (StreamItem item : now) {
                    if (item instanceof StreamItem.Section s
                            && s.body() instanceof SectionBody.Device body) {
                        DescriptionIndex.Entry entry = index.entry(s.name(), s.instance());
                        assertEquals(
                                body.length(), entry == null ? -1 : entry.stateBytes(), s.name());
                    }
                }
                String text = new String(index.text(), StandardCharsets.UTF_8);
                assertTrue(!text.contains("\"subsections\": []"), pair);
                // What is left is what was there, with something taken out or a number smaller.
                assertEquals(MAPPER.readTree(text), MAPPER.readTree(index.parse().toJson()), pair);
            }
        }
        assertEquals(before.findings(), after.findings(), pair);
    }

    private static StreamItem.@Nullable Configuration configuration(Recording recording)
            throws IOException {
        for (StreamItem item : recording.items()) {
            if (item instanceof StreamItem.Configuration configuration) {
                return configuration;
            }
        }
        return null;
    }

    private static @Nullable JsonNode description(Recording recording) throws IOException {
        for (StreamItem item : recording.items()) {
            if (item instanceof StreamItem.Description d && d.length() > 0) {
                return MAPPER.readTree(d.index().text());
            }
        }
        return null;
    }

    private static void assertOutline(List<String> expected, Recording after) throws IOException {
        assertEquals(String.join("\n", expected), String.join("\n", after.outline()));
    }

    /** Bytes with a stretch replaced, and a text in the description behind with its length. */
    private static byte[] with(
            byte[] before, int at, int length, byte[] bytes, String old, String text) {
        byte[] joined = new byte[before.length - length + bytes.length];
        System.arraycopy(before, 0, joined, 0, at);
        System.arraycopy(bytes, 0, joined, at, bytes.length);
        System.arraycopy(
                before, at + length, joined, at + bytes.length, before.length - at - length);
        String latin1 = new String(joined, StandardCharsets.ISO_8859_1);
        int json = latin1.lastIndexOf("{\"configuration\": ");
        int where = latin1.indexOf(old, Math.max(json, 0));
        if (json < 0 || where < 0) {
            return joined;
        }
        String changed = latin1.substring(0, where) + text + latin1.substring(where + old.length());
        byte[] result = changed.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer all = ByteBuffer.wrap(result);
        all.putInt(json - 4, all.getInt(json - 4) + text.length() - old.length());
        return result;
    }
}
