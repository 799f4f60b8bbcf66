package dev.ferry.tools.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * QEMU's own analyser reads the streams we write. The environment variable names its {@code
 * scripts/analyze-migration.py}, of QEMU 10.0 or later; no package has it.
 */
@EnabledIfEnvironmentVariable(named = QemuAnalyserTest.SCRIPT, matches = ".+")
class QemuAnalyserTest {
    static final String SCRIPT = "FERRY_ANALYZE_MIGRATION";

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path directory;

    /**
     * Left out are streams without a description, which the analyser lives on: one was told not to
     * have any, and postcopy has none once it has switched over. And what it cannot read in QEMU's
     * own streams either: sections of dirty bitmaps and disks, and a description whose length
     * happens to have the code of a brace in it.
     */
    @ParameterizedTest
    @FixtureSource(
            exclude = {
                "novmdesc-*",
                "postcopy-hugepage-*",
                "postcopy-preempt-*",
                "postcopy-q*",
                "postcopy-recover-*",
                "postcopy-rp-*",
                "release-ram-*",
                "dirty-bitmaps-*",
                "block-mig-*",
                "mips-malta-*"
            })
    void everyStreamHasTheDeviceStateOfTheCapture(Fixture fixture)
            throws IOException, InterruptedException {
        Path stream = directory.resolve("stream");
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory.resolve("capture"),
                                List.of("convert"),
                                "-o",
                                stream.toString(),
                                "--to",
                                "stream"));
        assertEquals(0, result.code(), result::toString);
        JsonNode description = analyse(stream, "desc");
        JsonNode state = analyse(stream, "state");
        Optional<JsonNode> described = fixture.analysis().desc();
        if (described.isPresent()) {
            assertEquals(withoutIds(described.orElseThrow()), withoutIds(description));
        }
        Optional<JsonNode> decoded = fixture.analysis().state();
        if (decoded.isPresent()) {
            assertEquals(byName(decoded.orElseThrow()), byName(state));
        }
        assertTrue(state.size() > 1, state::toString);
    }

    private JsonNode analyse(Path stream, String what) throws IOException, InterruptedException {
        Path out = directory.resolve(what);
        Process process =
                new ProcessBuilder(
                                "python3",
                                System.getenv(SCRIPT),
                                "-f",
                                stream.toString(),
                                "-d",
                                what)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        process.getOutputStream().close();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the analyser does not end");
        String printed = Files.readString(out, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), printed);
        return JSON.readTree(printed);
    }

    /** Sections by their names: we number them anew. */
    private static Map<String, JsonNode> byName(JsonNode state) {
        Map<String, JsonNode> sections = new TreeMap<>();
        int[] number = {0};
        state.properties()
                .forEach(section ->
                        sections.put(
                                section.getKey().replaceFirst(" \\(\\d+\\)$", "")
                                        + " #"
                                        + number[0]++,
                                section.getValue()));
        return sections;
    }

    private static JsonNode withoutIds(JsonNode description) {
        JsonNode copy = description.deepCopy();
        copy.path("devices").forEach(device -> ((ObjectNode) device).remove("section_id"));
        return copy;
    }
}
