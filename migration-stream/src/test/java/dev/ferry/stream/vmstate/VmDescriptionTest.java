package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.Place;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VmDescriptionTest {

    private static final Place AT = new Place("guest.mig", 0x1000, "");

    private static VmDescription parse(String json) throws MalformedStreamException {
        return VmDescription.parse(json.getBytes(StandardCharsets.UTF_8), AT);
    }

    private static MalformedStreamException refused(String json) {
        return assertThrows(MalformedStreamException.class, () -> parse(json), json);
    }

    private static final String LISTS =
            """
            {"page_size": 4096, "devices": [\
            {"name": "0000:00:03.0/thing", "instance_id": 4294967295, "vmsd_name": "thing",\
             "version": 2, "fields": [\
            {"name": "n[0]", "type": "uint32", "size": 4},\
             {"name": "q", "type": "qtailq",\
             "vmsd_name": "element", "version": 1, "fields":\
             [{"name": "a", "type": "uint8", "size": 1}],\
             "vmsd_name": "element", "version": 1, "fields":\
             [{"name": "a", "type": "uint8", "size": 1}],\
             "subsections": [{"vmsd_name": "element/more", "version": 3, "fields": []}], "size": 24},\
             {"name": "p", "index": 0, "type": "struct", "struct": {}, "size": 1},\
             {"name": "p", "array_len": 3, "type": "nullptr", "size": 1}]}]}\
            """;

    @Test
    void listsRepeatTheirKeysOncePerElement() throws Exception {
        DeviceDescription device =
                parse(LISTS).device("0000:00:03.0/thing", 0xffff_ffffL).orElseThrow();
        FieldLayout list = device.layout().fields().get(1);
        assertEquals(FieldType.Kind.LIST, list.type().kind());
        assertEquals(2, list.nested().size());
        assertEquals(List.of(), list.nested().getFirst().subsections());
        assertEquals("element/more", list.nested().get(1).subsections().getFirst().name());
    }

    @Test
    void repeatedKeysAreWrittenBack() throws Exception {
        assertEquals(LISTS, new String(parse(LISTS).toJson(), StandardCharsets.UTF_8));
    }

    @Test
    void emptyStructuresOfOneByteAreNullPointers() throws Exception {
        List<FieldLayout> fields = parse(LISTS).devices().getFirst().layout().fields();
        assertTrue(fields.get(2).isNullPointer());
        assertEquals(new Repeat.Element(0), fields.get(2).repeat());
        assertTrue(fields.get(3).isNullPointer());
        assertEquals(3, fields.get(3).count());
    }

    @Test
    void devicesThatWriteTheirOwnBytesAreOneBuffer() throws Exception {
        String json =
                """
                {"devices": [{"name": "slirp", "instance_id": 0, "size": 131, "fields":\
                 [{"name": "data", "size": 131, "type": "buffer"}]}]}\
                """;
        VmDescription description = parse(json);
        DeviceDescription slirp = description.device("slirp", 0).orElseThrow();
        assertTrue(slirp.oldStyle());
        assertEquals("slirp", slirp.layout().name());
        assertEquals(131, slirp.layout().fields().getFirst().size());
        assertEquals(json, new String(description.toJson(), StandardCharsets.UTF_8));
    }

    @Test
    void keysOfNewerVersionsArePassedOver() throws Exception {
        VmDescription description =
                parse(
                        """
                        {"future": {"devices": [1]}, "page_size": 16384, "devices": [{"name": "a",
                         "new": [{}], "instance_id": 0, "vmsd_name": "a", "version": 1, "hint": 1.5,
                         "fields": [{"name": "x", "type": "made up", "note": {"size": "?"},
                         "size": 3}]}]}\
                        """);
        assertEquals(OptionalInt.of(16384), description.pageSize());
        FieldLayout field = description.devices().getFirst().layout().fields().getFirst();
        assertEquals(FieldType.Kind.OPAQUE, field.type().kind());
        assertEquals("made up", field.type().name());
        assertEquals(3, field.size());
    }

    @Test
    void theLastOfTwoDescriptionsOfOneSectionCounts() throws Exception {
        VmDescription description =
                parse(
                        """
                        {"devices": [
                         {"name": "a", "instance_id": 0, "vmsd_name": "a", "version": 1, "fields": []},
                         {"name": "a", "instance_id": 0, "vmsd_name": "a", "version": 2, "fields": []}
                        ]}\
                        """);
        assertEquals(2, description.device("a", 0).orElseThrow().layout().version());
    }

    @Test
    void faultsAreNamedWithTheirPlaceInTheStream() {
        String json =
                "{\"devices\": [{\"name\": \"cpu\", \"instance_id\": 0, \"vmsd_name\": \"cpu\","
                        + " \"version\": 12, \"fields\": [{\"name\": \"a\", \"type\": 7}]}]}";
        MalformedStreamException e = refused(json);
        assertEquals(
                "device description: expected a string, found VALUE_NUMBER_INT"
                        + " (guest.mig at 0x"
                        + Integer.toHexString(0x1000 + json.indexOf('7'))
                        + ", in devices / #0 / cpu / field 0)",
                e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{} {}",
                "{\"devices\": {}}",
                "{\"devices\": [7]}",
                "{\"devices\": [{}]}",
                "{\"devices\": [{\"name\": \"a\"}]}",
                "{\"devices\": [{\"name\": \"a\", \"instance_id\": -1}]}",
                "{\"devices\": [{\"name\": \"a\", \"instance_id\": 4294967296}]}",
                "{\"devices\": [{\"name\": \"a\", \"instance_id\": 0, \"fields\": []}]}",
                "{\"page_size\": 1e3}",
                "{\"page_size\": 99999999999999999999999999}",
                "{\"configuration\": {\"version\": 1}}",
                "{\"configuration\": {\"vmsd_name\": \"c\", \"fields\": [{\"name\": \"a\"}]}}",
                "{\"configuration\": {\"vmsd_name\": \"c\", \"fields\": [{\"name\": \"a\","
                        + " \"type\": \"uint8\"}]}}",
                "{\"configuration\": {\"vmsd_name\": \"c\", \"subsections\": [{}]}}",
            })
    void whatIsNoDescriptionIsRefused(String json) {
        refused(json);
    }

    @Test
    void deepNestingIsRefused() {
        String level = "{\"vmsd_name\": \"s\", \"subsections\": [";
        refused("{\"configuration\": " + level.repeat(100_000));
    }
}
