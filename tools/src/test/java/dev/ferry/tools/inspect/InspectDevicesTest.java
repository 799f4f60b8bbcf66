package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Devices in the JSON view against the output of QEMU's own analyze-migration.py. */
class InspectDevicesTest {

    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource
    void devicesHaveTheLeavesThatQemusAnalyserPrints(Fixture fixture) throws IOException {
        Optional<JsonNode> state = fixture.analysis().state();
        if (state.isEmpty()) {
            return;
        }
        List<String> expected = new ArrayList<>();
        for (Map.Entry<String, JsonNode> section : state.get().properties()) {
            String name = section.getKey().replaceAll(" \\([0-9]+\\)$", "");
            if (!isLive(name)) {
                expected.add(name);
            }
        }
        List<String> found = new ArrayList<>();
        List<JsonNode> devices = new ArrayList<>();
        for (JsonNode device : Inspected.of(fixture, directory).required("devices")) {
            found.add(device.required("name").asText());
            devices.add(device.required("state"));
        }
        assertEquals(expected, found);
        int i = 0;
        for (Map.Entry<String, JsonNode> section : state.get().properties()) {
            if (!isLive(section.getKey().replaceAll(" \\([0-9]+\\)$", ""))) {
                compare(section.getKey(), section.getValue(), devices.get(i++));
            }
        }
        assertTrue(i > 0);
    }

    /** Sections that the analyser lists and whose content is no device state. */
    private static boolean isLive(String name) {
        return switch (name) {
            case "ram",
                    "dirty-bitmap",
                    "block",
                    "spapr/htab",
                    "s390-storage_attributes",
                    "configuration" ->
                    true;
            default -> false;
        };
    }

    private static void compare(String path, JsonNode expected, JsonNode found) {
        if (expected.isObject() && found.isObject()) {
            List<String> names = new ArrayList<>();
            expected.fieldNames().forEachRemaining(names::add);
            List<String> ours = new ArrayList<>();
            found.fieldNames().forEachRemaining(ours::add);
            assertEquals(names, ours, path);
            for (String name : names) {
                compare(path + "." + name, expected.get(name), found.get(name));
            }
        } else if (expected.isArray()) {
            assertTrue(found.isArray(), path);
            assertEquals(expected.size(), found.size(), path);
            for (int i = 0; i < expected.size(); i++) {
                compare(path + "[" + i + "]", expected.get(i), found.get(i));
            }
        } else if (expected.isBoolean()) {
            assertEquals(expected.asBoolean(), found.asBoolean(), path);
        } else {
            leaf(path, expected.asText(), found);
        }
    }

    private static void leaf(String path, String expected, JsonNode found) {
        if (expected.equals("nullptr") || (expected.equals("30") && found.isNull())) {
            assertTrue(found.isNull(), path);
        } else if (expected.startsWith("0x")) {
            // 0xff (-1): as unsigned and as signed.
            String hex = expected.replaceAll(" .*", "").substring(2);
            assertEquals(Long.parseUnsignedLong(hex, 16), bits(found, hex.length() * 4), path);
        } else if (found.isTextual() && found.asText().equals(expected.replace(" ", ""))) {
            assertTrue(found.asText().matches("([0-9a-f]{2})*"), path);
        } else if (found.isNumber() || (found.isTextual() && isNumber(found))) {
            // A number whose type the analyser does not know: it prints the bytes.
            String bytes = expected.replace(" ", "");
            assertEquals(Long.parseUnsignedLong(bytes, 16), bits(found, bytes.length() * 4), path);
        } else {
            assertTrue(found.isContainerNode(), path + ": " + expected + " and " + found);
            contained(path, expected.replace(" ", ""), found);
        }
    }

    /** A structure that the analyser does not look into: it prints the bytes of all of it. */
    private static void contained(String path, String bytes, JsonNode found) {
        if (found.isContainerNode()) {
            found.forEach(child -> contained(path, bytes, child));
        } else if (found.isNumber() || (found.isTextual() && isNumber(found))) {
            String hex = Long.toHexString(bits(found, 64));
            assertTrue(bytes.contains(hex), path + ": " + hex + " in " + bytes);
        } else if (found.isTextual()) {
            assertTrue(bytes.contains(found.asText()), path + ": " + found + " in " + bytes);
        }
    }

    /** Beyond 2^53 numbers are decimal strings. */
    private static boolean isNumber(JsonNode found) {
        return found.asText().matches("-?[0-9]{16,20}");
    }

    private static long bits(JsonNode found, int width) {
        String text = found.asText();
        long value = text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        return width == 64 ? value : value & ((1L << width) - 1);
    }
}
