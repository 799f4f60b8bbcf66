package dev.ferry.stream.edit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DescriptionTextTest {

    private static final Place PLACE = new Place("test", 0, "");
    private static final SectionName DEVICE = new SectionName("d", 0);

    private static DescriptionText of(String json) throws IOException {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        return new DescriptionText(DescriptionIndex.of(text, PLACE), PLACE);
    }

    private static String changed(DescriptionText text) {
        byte[] json = text.changed();
        return json == null ? "unchanged" : new String(json, StandardCharsets.UTF_8);
    }

    private static String devices(String... devices) {
        return "{\"page_size\": 4096, \"devices\": [" + String.join(", ", devices) + "]}";
    }

    private static String device(String name, int instance) {
        return "{\"name\": \""
                + name
                + "\", \"instance_id\": "
                + instance
                + ", \"vmsd_name\": \"v\", \"version\": 1, \"fields\": []}";
    }

    private static String drop(String json, SectionName... sections) throws IOException {
        DescriptionText text = of(json);
        text.drop(Set.of(sections));
        return changed(text);
    }

    @Test
    void commasGoWithWhatTheySeparate() throws IOException {
        String a = device("a", 0);
        String b = device("b", 0);
        String b1 = device("b", 1);
        String c = device("c", 0);
        String all = devices(a, b, b1, c);
        assertEquals(devices(b, b1, c), drop(all, new SectionName("a", 0)));
        assertEquals(devices(a, b1, c), drop(all, new SectionName("b", 0)));
        assertEquals(devices(a, b, b1), drop(all, new SectionName("c", 0)));
        assertEquals(
                devices(b1),
                drop(
                        all,
                        new SectionName("a", 0),
                        new SectionName("b", 0),
                        new SectionName("c", 0)));
        assertEquals(
                devices(a),
                drop(
                        all,
                        new SectionName("b", 0),
                        new SectionName("b", 1),
                        new SectionName("c", 0)));
        assertEquals(devices(), drop(devices(a), new SectionName("a", 0)));
        assertEquals("unchanged", drop(all, new SectionName("d", 0)));
        // several of one name are of one section
        assertEquals(devices(b), drop(devices(a, b, a), new SectionName("a", 0)));
    }

    /** A device whose field f holds a structure described by {@code members}. */
    private static String nested(String type, String extra, String open, String close, int size) {
        return devices(
                "{\"name\": \"d\", \"instance_id\": 0, \"vmsd_name\": \"d\", \"version\": 1, \"fields\": ["
                        + "{\"name\": \"f\", "
                        + extra
                        + "\"type\": \""
                        + type
                        + "\", "
                        + open
                        + "\"vmsd_name\": \"n\", \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\":"
                        + " \"uint8\", \"size\": 1}]"
                        + "%s"
                        + close
                        + ", \"size\": "
                        + size
                        + "}]}");
    }

    private static final String SUBSECTIONS =
            ", \"subsections\": [{\"vmsd_name\": \"n/s\", \"version\": 1, \"fields\": [{\"name\": \"y\","
                    + " \"type\": \"uint32\", \"size\": 4}]}]";

    /** Header, name and field of the subsection. */
    private static final int BYTES = 6 + 3 + 4;

    private static void assertDropped(String before, int bytes, String after) throws IOException {
        DescriptionText text = of(before);
        text.dropSubsection(DEVICE, "n/s", bytes);
        assertEquals(after, changed(text));
    }

    @Test
    void sizesOfAllThatEnclosesASubsectionShrink() throws IOException {
        assertDropped(
                nested("struct", "", "\"struct\": {", "}", 1 + BYTES).formatted(SUBSECTIONS),
                BYTES,
                nested("struct", "", "\"struct\": {", "}", 1).formatted(""));
        assertDropped(
                nested("vstruct", "", "", "", 1 + BYTES).formatted(SUBSECTIONS),
                BYTES,
                nested("vstruct", "", "", "", 1).formatted(""));
        assertDropped(
                nested("struct", "\"array_len\": 3, ", "\"struct\": {", "}", 1 + BYTES)
                        .formatted(SUBSECTIONS),
                3 * BYTES,
                nested("struct", "\"array_len\": 3, ", "\"struct\": {", "}", 1).formatted(""));
    }

    @Test
    void elementsOfAListAreSummedUp() throws IOException {
        String element =
                ", \"vmsd_name\": \"n\", \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\": \"uint8\","
                        + " \"size\": 1}]";
        assertDropped(
                nested("qtailq", "", "", element + SUBSECTIONS, 5 + 2 * BYTES)
                        .formatted(SUBSECTIONS),
                2 * BYTES,
                nested("qtailq", "", "", element, 5).formatted(""));
    }

    @Test
    void otherSubsectionsStay() throws IOException {
        String other = SUBSECTIONS.replace("n/s", "n/t").replace("]}]", "]}");
        String both = other + ", " + SUBSECTIONS.substring(SUBSECTIONS.indexOf('[') + 1);
        assertDropped(
                nested("struct", "", "\"struct\": {", "}", 1 + 2 * BYTES).formatted(both),
                BYTES,
                nested("struct", "", "\"struct\": {", "}", 1 + BYTES).formatted(other + "]"));
    }

    @Test
    void whatIsDescribedOtherwiseThanItIsIsRefused() throws IOException {
        DescriptionText text =
                of(nested("struct", "", "\"struct\": {", "}", 1 + BYTES).formatted(SUBSECTIONS));
        MalformedStreamException e =
                assertThrows(
                        MalformedStreamException.class,
                        () -> text.dropSubsection(DEVICE, "n/s", BYTES + 1));
        assertTrue(e.problem().contains("13 bytes there and 14 in the stream"), e::problem);
    }

    @Test
    void onlyTheConfigurationsNameIsResized() throws IOException {
        String json =
                "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\":"
                        + " [{\"name\": \"len\", \"type\": \"uint32\", \"size\": 4}, {\"name\": \"name\","
                        + " \"type\": \"buffer\", \"size\": 11}]}, \"devices\": []}";
        DescriptionText text = of(json);
        text.machineNameLength(255);
        assertEquals(json.replace("11", "255"), changed(text));
        DescriptionText old = of(devices(device("a", 0)));
        old.machineNameLength(255);
        assertNull(old.changed());
    }
}
