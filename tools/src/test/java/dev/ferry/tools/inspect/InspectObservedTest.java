package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** The JSON view against what an independent small reader found in the same bytes. */
class InspectObservedTest {

    @TempDir Path directory;

    private static JsonNode observed(Fixture fixture) {
        return fixture.metadata().required("observed_by_independent_reader");
    }

    private static boolean containsStream(Fixture fixture) {
        // Of libvirt images the other reader noted only whether memory is equal.
        return observed(fixture).has("ram_records");
    }

    @ParameterizedTest
    @FixtureSource
    void configurationIsTheSame(Fixture fixture) throws IOException {
        JsonNode stream = Inspected.of(fixture, directory).required("stream");
        JsonNode expected = observed(fixture).path("configuration");
        if (!containsStream(fixture)) {
            return;
        }
        assertEquals(expected.path("machine").asText("null"), stream.path("machine").asText());
        List<String> capabilities = new ArrayList<>();
        expected.path("capabilities").forEach(c -> capabilities.add(c.asText()));
        List<String> found = new ArrayList<>();
        stream.required("capabilities").forEach(c -> found.add(c.asText()));
        assertEquals(capabilities, found);
        assertEquals(
                expected.path("uuid").asText("null").replace("-", ""),
                stream.path("uuid").asText().replace("-", ""));
        assertEquals(expected.path("target_page_bits"), stream.path("targetPageBits"));
        assertEquals(fixture.targetPageSize(), stream.path("targetPageSize").asInt());
    }

    @ParameterizedTest
    @FixtureSource
    void blocksAreTheSame(Fixture fixture) throws IOException {
        if (!containsStream(fixture)) {
            return;
        }
        Map<String, Long> expected = new TreeMap<>();
        observed(fixture)
                .required("ram_blocks_in_stream")
                .properties()
                .forEach(block -> expected.put(block.getKey(), block.getValue().asLong()));
        Map<String, Long> found = new TreeMap<>();
        Map<String, String> addresses = new TreeMap<>();
        for (JsonNode block : Inspected.of(fixture, directory).required("ramBlocks")) {
            found.put(block.required("id").asText(), block.required("length").asLong());
            if (block.has("guestAddress")) {
                addresses.put(
                        block.required("id").asText(), block.required("guestAddress").asText());
            }
        }
        assertEquals(expected, found);
        Map<String, String> expectedAddresses = new TreeMap<>();
        observed(fixture)
                .path("ignore_shared_addresses")
                .properties()
                .forEach(block ->
                        expectedAddresses.put(
                                block.getKey(),
                                block.getValue().isNumber()
                                        ? "0x" + Long.toHexString(block.getValue().asLong())
                                        : block.getValue().asText()));
        assertEquals(expectedAddresses, addresses);
    }

    @ParameterizedTest
    @FixtureSource
    void recordsAreTheSame(Fixture fixture) throws IOException {
        if (!containsStream(fixture)) {
            return;
        }
        Map<String, Long> expected = new TreeMap<>();
        observed(fixture)
                .required("ram_records")
                .properties()
                .forEach(record -> expected.put(record.getKey(), record.getValue().asLong()));
        // The stream's end mark, which the other reader counts among the records.
        expected.remove("VM_EOF");
        Map<String, Long> found = new TreeMap<>();
        JsonNode ram = Inspected.of(fixture, directory).required("ram");
        ram.required("records")
                .properties()
                .forEach(record -> {
                    if (record.getValue().asLong() != 0) {
                        found.put(record.getKey(), record.getValue().asLong());
                    }
                });
        assertEquals(expected, found);
    }

    @ParameterizedTest
    @FixtureSource
    void commandsAreTheSame(Fixture fixture) throws IOException {
        if (!observed(fixture).has("commands")) {
            return;
        }
        Map<String, Integer> expected = new TreeMap<>();
        observed(fixture)
                .required("commands")
                .properties()
                .forEach(command -> expected.put(command.getKey(), command.getValue().asInt()));
        Map<String, Integer> found = new TreeMap<>();
        for (JsonNode command : Inspected.of(fixture, directory).required("commands")) {
            // The other reader does not look into packages.
            if (!command.has("depth")) {
                found.merge(command.required("name").asText(), 1, Integer::sum);
            }
        }
        assertEquals(expected, found);
    }

    @ParameterizedTest
    @FixtureSource
    void sectionsStandAtTheSameOffsets(Fixture fixture) throws IOException {
        if (!containsStream(fixture)) {
            return;
        }
        JsonNode json = Inspected.of(fixture, directory);
        List<String> expected = new ArrayList<>();
        for (JsonNode row : observed(fixture).required("setup_and_end_sections")) {
            expected.add(row.get(0).asText() + " at " + row.get(1).asLong());
        }
        List<String> found = new ArrayList<>();
        if (json.at("/stream").has("configurationOffset")) {
            found.add("CONFIGURATION at " + json.at("/stream/configurationOffset").asLong());
        }
        int channel = 0;
        for (JsonNode section : json.required("sections")) {
            if (section.has("depth")) {
                continue;
            }
            if (section.path("channel").asInt() != channel) {
                channel = section.required("channel").asInt();
                found.add("channel " + channel + " at 0");
            }
            String row = row(section);
            if (!row.isEmpty()) {
                found.add(row + " at " + section.required("offset").asLong());
            }
            if (section.required("type").asText().equals("full")) {
                // The other reader goes no further than the first.
                break;
            }
        }
        for (JsonNode stop : json.required("unreadable")) {
            if (stop.required("resumesAt").isNull()) {
                found.add(expected.getLast());
                assertEquals(
                        "FULL " + stop.required("what").asText().replaceAll(".*'(.*)'", "$1"),
                        expected.getLast().replaceAll(" id=.*", ""));
                assertEquals(
                        stop.required("offset").asText(),
                        expected.getLast().replaceAll(".* at ", ""));
            }
        }
        assertEquals(expected, found);
    }

    private static String row(JsonNode section) {
        String name = section.required("name").asText();
        String numbers =
                name
                        + " id="
                        + section.required("id").asLong()
                        + " inst="
                        + section.required("instance").asLong()
                        + " v="
                        + section.required("version").asLong();
        return switch (section.required("type").asText()) {
            case "start" -> "START " + numbers;
            case "full" -> "FULL " + numbers;
            case "end" -> "END " + name;
            default -> "";
        };
    }

    @ParameterizedTest
    @FixtureSource(name = "*multifd*")
    void multifdChannelsAreTheSame(Fixture fixture) throws IOException {
        JsonNode json = Inspected.of(fixture, directory);
        int compared = 0;
        for (JsonNode channel : json.required("channels")) {
            if (!channel.has("multifd")) {
                continue;
            }
            JsonNode found = channel.required("multifd");
            JsonNode expected =
                    observed(fixture)
                            .required("multifd_channel_" + channel.required("channel").asInt());
            assertEquals(expected.required("channel_id").asLong(), found.required("id").asLong());
            assertEquals(
                    expected.required("uuid").asText(),
                    found.required("uuid").asText().replace("-", ""));
            assertEquals(expected.required("packets").asLong(), found.required("packets").asLong());
            if (expected.required("zero_pages_in_packets").asLong() == 0) {
                // The other reader counts packets that list only zero pages, too.
                assertEquals(
                        expected.path("data").asLong(), found.required("dataPackets").asLong());
            }
            assertEquals(expected.path("sync").asLong(), found.required("syncPackets").asLong());
            assertEquals(
                    expected.required("normal_pages").asLong(),
                    found.required("normalPages").asLong());
            assertEquals(
                    expected.required("zero_pages_in_packets").asLong(),
                    found.required("zeroPages").asLong());
            assertEquals(
                    expected.required("payload_bytes").asLong(),
                    found.required("payloadBytes").asLong());
            assertEquals(
                    expected.required("first_packet_num").asLong(),
                    found.required("firstPacket").asLong());
            assertEquals(
                    expected.required("last_packet_num").asLong(),
                    found.required("lastPacket").asLong());
            String compression =
                    expected.has("comp_bits_1")
                            ? "zlib"
                            : expected.has("comp_bits_2") ? "zstd" : "none";
            assertEquals(compression, found.required("compression").asText());
            compared++;
        }
        // mapped-ram with multifd writes into one file, and no channel is to be seen.
        assertEquals(
                fixture.name().startsWith("mapped-ram") ? 0 : fixture.channels().further().size(),
                compared);
    }

    @ParameterizedTest
    @FixtureSource(name = {"mapped-ram-*", "libvirt-sparse-*"})
    void mappedRamHeadersAreTheSame(Fixture fixture) throws IOException {
        JsonNode json = Inspected.of(fixture, directory);
        JsonNode expected = observed(fixture).path("mapped_ram_headers");
        List<String> wanted = new ArrayList<>();
        for (JsonNode header : expected) {
            wanted.add(
                    header.required("block").asText()
                            + " "
                            + header.required("header_offset")
                            + " "
                            + header.required("version")
                            + " "
                            + header.required("page_size")
                            + " "
                            + header.required("bitmap_offset")
                            + " "
                            + header.required("pages_offset")
                            + " "
                            + header.required("bits_set"));
        }
        List<String> found = new ArrayList<>();
        for (JsonNode block : json.required("ramBlocks")) {
            JsonNode header = block.required("mappedRam");
            found.add(
                    block.required("id").asText()
                            + " "
                            + header.required("offset")
                            + " "
                            + header.required("version")
                            + " "
                            + header.required("pageSize")
                            + " "
                            + header.required("bitmapOffset")
                            + " "
                            + header.required("pagesOffset")
                            + " "
                            + block.at("/pages/mapped"));
        }
        if (containsStream(fixture)) {
            assertEquals(wanted, found);
        } else {
            assertEquals(fixture.ramBlocks().size(), found.size());
        }
        long offset =
                fixture.name().equals("mapped-ram-offset-q10")
                        ? 4096
                        : observed(fixture).path("qemu_stream_offset_in_file").asLong();
        assertEquals(offset, json.at("/input/streamOffset").asLong());
    }
}
