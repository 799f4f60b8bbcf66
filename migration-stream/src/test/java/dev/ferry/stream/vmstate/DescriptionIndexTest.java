package dev.ferry.stream.vmstate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.MalformedStreamException;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.Place;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescriptionIndexTest {

    private static final Place START = new Place("test", 100, "");

    @ParameterizedTest
    @FixtureSource(exclude = {"novmdesc-*", "postcopy-*", "release-ram-*"})
    void lengthsAreThoseOfTheStatesInTheStream(Fixture fixture) throws IOException {
        List<String> indexed = new ArrayList<>();
        List<String> read = new ArrayList<>();
        try (MigrationReader reader = Recordings.open(fixture, ReaderOptions.DEFAULT)) {
            for (StreamItem item : Recordings.items(reader)) {
                if (item instanceof StreamItem.Section section
                        && section.body() instanceof SectionBody.Device device) {
                    read.add(
                            section.name()
                                    + "/"
                                    + section.instance()
                                    + ": "
                                    + device.state().length());
                } else if (item instanceof StreamItem.Description description) {
                    for (DescriptionIndex.Entry entry : description.index().entries()) {
                        indexed.add(
                                entry.name() + "/" + entry.instance() + ": " + entry.stateBytes());
                        assertEquals(entry.name(), description.index().parse(entry).name());
                    }
                }
            }
        }
        assertFalse(indexed.isEmpty());
        assertEquals(indexed, read);
    }

    @Test
    void aStateIsAsLongAsItsFieldsAndSubsections() throws IOException {
        DescriptionIndex index =
                index(
                        "{\"page_size\": 4096, \"devices\": [{\"name\": \"x\", \"instance_id\": 4294967295,"
                                + " \"vmsd_name\": \"x\", \"version\": 1, \"fields\": [{\"name\": \"a\","
                                + " \"array_len\": 3, \"type\": \"struct\", \"struct\": {\"vmsd_name\": \"s\","
                                + " \"fields\": [{\"name\": \"n\", \"size\": 999}]}, \"size\": 5}],"
                                + " \"subsections\": [{\"vmsd_name\": \"x/y\", \"fields\": [{\"size\": 2}],"
                                + " \"subsections\": [{\"vmsd_name\": \"x/y/zz\", \"fields\": []}]}]}]}");
        DescriptionIndex.Entry entry = index.entries().getFirst();
        assertEquals(4096, index.pageSize());
        assertEquals(0xffff_ffffL, entry.instance());
        assertEquals(3 * 5 + (6 + 3) + 2 + (6 + 6), entry.stateBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}}",
                "{\"devices\": [{\"name\": \"x\"",
                "{\"devices\": [{\"name\": \"x\"}]}",
                "{\"devices\": [{\"instance_id\": 0}]}",
                "{\"dev"
            })
    void whatIsNoDescriptionIsMalformed(String json) {
        MalformedStreamException e =
                assertThrows(MalformedStreamException.class, () -> index(json));
        assertTrue(e.at().offset() >= 100, e.getMessage());
    }

    @Test
    void deepNestingIsMalformed() {
        assertThrows(
                MalformedStreamException.class, () -> index("{\"a\": " + "[".repeat(1_000_000)));
    }

    private static DescriptionIndex index(String json) throws IOException {
        return DescriptionIndex.of(json.getBytes(UTF_8), START);
    }
}
