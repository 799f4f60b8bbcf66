package dev.ferry.tools.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** A damaged input gives a whole output that is what the input says, or none. */
class DamagedConversionTest {

    private static final List<String> FORMATS =
            List.of(
                    "stream",
                    "mapped-ram",
                    "multifd",
                    "libvirt:raw",
                    "libvirt:zstd",
                    "libvirt:sparse",
                    "elf",
                    "kdump:lzo",
                    "raw");

    /** Those that are inputs, too. */
    private static final List<String> READABLE = FORMATS.subList(0, 6);

    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource(
            name = {
                "precopy-paused-q10",
                "postcopy-q7",
                "xbzrle-q7",
                "compress-q7",
                "mapped-ram-q10",
                "dirty-bitmaps-q10",
                "libvirt-sparse-q10",
                "libvirt-gzip-q7",
                "savevm-q10",
                "novmdesc-q10",
                "pc-1.7-q7"
            })
    void damagedInputGivesAWholeOutputOrNone(Fixture fixture) throws IOException {
        byte[] whole = fixture.main().readAllBytes();
        Random random = new Random(fixture.name().hashCode());
        Path input = directory.resolve("input");
        Path outputs = Files.createDirectory(directory.resolve("outputs"));
        for (int round = 0; round < 27; round++) {
            Files.write(input, damaged(whole, random));
            String format = FORMATS.get(round % FORMATS.size());
            String where = fixture.name() + ", round " + round + ", " + format;
            convertOrNothing(input, outputs, format, where);
        }
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        if (random.nextInt(3) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        int places = 1 + random.nextInt(3);
        for (int i = 0; i < places; i++) {
            int at =
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(512);
                        case 1 -> bytes.length - 1 - random.nextInt(bytes.length / 4);
                        default -> random.nextInt(bytes.length);
                    };
            bytes[at] = (byte) random.nextInt(256);
        }
        return bytes;
    }

    private static void convertOrNothing(Path input, Path outputs, String format, String where)
            throws IOException {
        Path output = outputs.resolve("output");
        Ferry.Result result =
                Ferry.run("convert", input.toString(), "-o", output.toString(), "--to", format);
        List<Path> written;
        try (Stream<Path> files = Files.list(outputs)) {
            written = files.sorted().toList();
        }
        assertFalse(result.err().contains("internal error"), () -> where + ": " + result.err());
        if (result.code() != 0) {
            assertTrue(result.code() >= 2 && result.code() <= 4, () -> where + ": " + result);
            assertEquals(List.of(), written, where);
            return;
        }
        assertEquals(format.equals("multifd") ? 3 : 1, written.size(), where);
        if (READABLE.contains(format)) {
            assertEquals(digests(input.toString()), digests(output.toString(), written), where);
        }
        for (Path file : written) {
            Files.delete(file);
        }
    }

    private static Map<String, String> digests(String main, List<Path> written) throws IOException {
        List<String> channels = new ArrayList<>();
        for (Path file : written) {
            if (!file.toString().equals(main)) {
                channels.add("--channel");
                channels.add(file.toString());
            }
        }
        channels.addFirst(main);
        return digests(channels.toArray(new String[0]));
    }

    private static Map<String, String> digests(String... input) throws IOException {
        List<String> command = new ArrayList<>(List.of("inspect", "--json", "--digest"));
        command.addAll(List.of(input));
        Ferry.Result result = Ferry.run(command);
        assertEquals(0, result.code(), result::toString);
        Map<String, String> digests = new TreeMap<>();
        JsonNode report = new ObjectMapper().readTree(result.bytes());
        for (JsonNode block : report.path("ramBlocks")) {
            digests.put(block.path("id").asText(), block.path("sha256").asText());
        }
        return digests;
    }

    @ParameterizedTest
    @FixtureSource(name = "multifd-*")
    void withoutItsChannelsAMultifdMigrationIsRefused(Fixture fixture) throws IOException {
        Path input = directory.resolve("main");
        Files.write(input, Fixtures.named(fixture.name()).main().readAllBytes());
        Path outputs = Files.createDirectory(directory.resolve("outputs"));
        Ferry.Result result =
                Ferry.run(
                        "convert",
                        input.toString(),
                        "-o",
                        outputs.resolve("output").toString(),
                        "--to",
                        "stream");
        assertEquals(4, result.code(), result::toString);
        assertTrue(result.err().contains("channels"), result::toString);
        try (Stream<Path> files = Files.list(outputs)) {
            assertEquals(0, files.count());
        }
    }
}
