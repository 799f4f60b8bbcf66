package dev.ferry.stream.vmstate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.Limits;
import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.vmstate.VmStateValue.IntegerValue;
import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LayoutSourceTest {

    private static final LayoutCatalogue NOTHING = new LayoutCatalogue(Map.of(), Map.of());

    private static final String DUMP =
            """
            {"vmschkmachine": {"Name": "pc-q35-10.0"},
             "isa-serial": {"Name": "isa-serial", "version_id": 3, "minimum_version_id": 2,
              "Description": {"name": "serial", "version_id": 3, "minimum_version_id": 2, "Fields": [
               {"field": "state", "version_id": 0, "field_exists": false, "size": 640,
                "Description": {"name": "serial", "version_id": 3, "minimum_version_id": 2, "Fields": [
                 {"field": "divider", "version_id": 2, "field_exists": false, "size": 2},
                 {"field": "old", "version_id": 4, "field_exists": false, "size": 2},
                 {"field": "maybe", "version_id": 0, "field_exists": true, "size": 4},
                 {"field": "data", "version_id": 0, "field_exists": false, "num": 3, "size": 1}],
                 "Subsections": [
                  {"name": "serial/thr", "version_id": 1, "minimum_version_id": 1, "Fields": [
                   {"field": "thr", "version_id": 0, "field_exists": false, "size": 4}]}]}}]}},
             "plain": {"Name": "plain", "version_id": 1, "minimum_version_id": 1},
             "virtio-net-device": {"Name": "virtio-net-device", "version_id": 11, "minimum_version_id": 11,
              "Description": {"name": "virtio-net", "version_id": 11, "minimum_version_id": 11, "Fields": [
               {"field": "virtio", "version_id": 0, "field_exists": false, "size": 0}]}}}
            """;

    private static LayoutSource read(String text) throws IOException {
        return LayoutSource.read(text.getBytes(StandardCharsets.UTF_8), "layouts.json");
    }

    /** Body, then the footer of section 7 and the end of the stream. */
    private static CatalogueResult decode(
            LayoutCatalogue catalogue, String name, long version, String hex) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", "") + "7e0000000700");
        WireInput in = new WireInput(new MemorySource("test", bytes));
        return new CatalogueDecoder(catalogue, StreamClues.NONE, Limits.DEFAULT)
                .decode(in, 7, name, 0, version, Footers.PRESENT);
    }

    @Test
    void dumpsTellFieldsTheirSizesAndSubsections() throws IOException {
        LayoutCatalogue catalogue = read(DUMP).with(NOTHING);
        CatalogueResult.Decoded decoded =
                assertInstanceOf(
                        CatalogueResult.Decoded.class,
                        decode(
                                catalogue,
                                "serial",
                                3,
                                "000c 00000001 010203 05 0a 73657269616c2f746872 00000001 00000009"));
        assertEquals(
                List.of("divider", "maybe", "data"),
                decoded.layout().fields().getFirst().nested().getFirst().fields().stream()
                        .map(FieldLayout::name)
                        .toList());
    }

    @Test
    void fieldsThatNeedNotExistMayBeMissing() throws IOException {
        CatalogueResult.Decoded decoded =
                assertInstanceOf(
                        CatalogueResult.Decoded.class,
                        decode(read(DUMP).with(NOTHING), "serial", 3, "000c 010203"));
        var state = decoded.state().root().field("state");
        assertNotNull(state);
        var struct = assertInstanceOf(VmStateValue.StructValue.class, state.value());
        var divider = struct.field("divider");
        assertNotNull(divider);
        assertEquals(new IntegerValue(0, 2, false, 12), divider.value());
        assertEquals(2, struct.fields().size());
    }

    @Test
    void dumpsSayWhatTheyCannotTell() throws IOException {
        LayoutSource source = read(DUMP);
        assertFalse(source.exact());
        assertEquals("pc-q35-10.0", source.machine());
        assertEquals(
                List.of("virtio-net-device: the length of field 'virtio' is not told"),
                source.notes());
        assertInstanceOf(
                CatalogueResult.Decoded.class,
                decode(source.with(NOTHING), "0000:00:02.0/virtio-net", 11, "00112233445566"));
    }

    @Test
    void anotherStreamsDescriptionDecodesAStreamWithoutOne() throws IOException {
        LayoutSource source =
                LayoutSource.read(
                        Fixtures.named("precopy-paused-q10").main().readAllBytes(), "paused");
        assertTrue(source.exact());
        assertEquals("pc-q35-10.0", source.machine());
        byte[] stream = Fixtures.named("novmdesc-q10").main().readAllBytes();
        CatalogueDecoder decoder =
                new CatalogueDecoder(
                        source.with(NOTHING), RecordedClues.of(stream), Limits.DEFAULT);
        List<String> sections = UndescribedStreamsTest.decodeToTheEnd("novmdesc", stream, decoder);
        assertEquals("globalstate", sections.getLast());
    }

    @Test
    void unknownSectionsAreAResultAndTheirEndIsFound() throws IOException {
        CatalogueResult.Unknown unknown =
                assertInstanceOf(
                        CatalogueResult.Unknown.class, decode(NOTHING, "gadget", 1, "0102037e05"));
        assertEquals("no layout is known for section 'gadget' version 1", unknown.reason());
        assertEquals(5, unknown.length());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"vmschkmachine\": 7}",
                "{\"vmschkmachine\": {}, \"a\": {\"Description\": []}}",
                "{\"vmschkmachine\": {}, \"a\": {\"Description\": {\"Fields\": {}}}}",
                "{\"vmschkmachine\": {}, \"a\": {\"Description\": {\"Fields\": [{\"size\": -1}]}}}",
                "{\"vmschkmachine\": {}, \"a\": {\"Description\": {\"Fields\": [{\"num\": 1e9}]}}}"
            })
    void whatIsNoDumpIsRefused(String text) {
        assertThrows(MalformedStreamException.class, () -> read(text));
    }

    @Test
    void whatIsNeitherIsNotSupported() {
        assertThrows(UnsupportedStreamException.class, () -> read("QEVM"));
    }
}
