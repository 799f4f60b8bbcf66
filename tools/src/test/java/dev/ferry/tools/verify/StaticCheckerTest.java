package dev.ferry.tools.verify;

import static dev.ferry.tools.verify.EditedDump.field;
import static dev.ferry.tools.verify.EditedDump.fields;
import static dev.ferry.tools.verify.EditedDump.index;
import static dev.ferry.tools.verify.EditedDump.newField;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * QEMU's own scripts/vmstate-static-checker.py, which the environment variable
 * FERRY_VMSTATE_CHECKER names, on the same changes: what it finds we find, but for what a loader
 * does not mind.
 */
class StaticCheckerTest {

    /** A change to the destination, whether the script complains, and whether we do. */
    record Change(
            String name, Consumer<EditedDump> edit, boolean scriptComplains, boolean weComplain) {

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Change> changes() {
        return List.of(
                new Change("nothing", dump -> {}, false, false),
                new Change(
                        "version",
                        dump -> dump.change("hpet", d -> d.put("version_id", 1)),
                        true,
                        true),
                new Change("device", dump -> dump.without("hpet"), true, true),
                new Change(
                        "field gone",
                        dump ->
                                dump.change(
                                        "ps2kbd", d -> fields(d).remove(index(d, "scancode_set"))),
                        true,
                        true),
                new Change(
                        "field size",
                        dump -> dump.change("ps2kbd", d -> field(d, "translate").put("size", 8)),
                        true,
                        true),
                new Change(
                        "field name",
                        dump ->
                                dump.change(
                                        "ps2kbd", d -> field(d, "translate").put("field", "other")),
                        true,
                        true),
                new Change(
                        "field order",
                        dump ->
                                dump.change(
                                        "ps2kbd",
                                        d -> {
                                            JsonNode first =
                                                    fields(d).remove(index(d, "scan_enabled"));
                                            fields(d).insert(index(d, "translate") + 1, first);
                                        }),
                        true,
                        true),
                new Change(
                        "subsection",
                        dump -> dump.change("piix4_pm", d -> d.remove("Subsections")),
                        true,
                        true),
                new Change(
                        "subsection version",
                        dump -> dump.change("piix4_pm/memhp", d -> d.put("version_id", 0)),
                        true,
                        true),
                new Change(
                        "field added",
                        // The script looks only at the fields that the source has.
                        dump ->
                                dump.change(
                                        "ps2kbd",
                                        d -> fields(d).add(newField("more", 0, false, 2))),
                        false,
                        true),
                new Change(
                        "structure version",
                        // Not on the wire: the loader takes its own.
                        dump -> dump.change("PCIDevice", d -> d.put("minimum_version_id", 3)),
                        true,
                        false),
                new Change(
                        "member moved",
                        dump ->
                                dump.change(
                                        "ps2kbd",
                                        d -> field(d, "translate").put("field", "in.translate")),
                        true,
                        false),
                new Change(
                        "subsection not sent",
                        dump -> dump.change("hpet", d -> d.remove("Subsections")),
                        true,
                        false));
    }

    @TempDir Path directory;

    private Path script;

    @BeforeEach
    void findScript() {
        String named = System.getenv("FERRY_VMSTATE_CHECKER");
        if (named == null) {
            Assumptions.abort("FERRY_VMSTATE_CHECKER names no vmstate-static-checker.py");
        }
        script = Path.of(named);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void findsWhatTheScriptFindsButForNoise(Change change) throws Exception {
        Path source =
                Files.move(
                        EditedDump.of("10.0").write(directory), directory.resolve("source.json"));
        EditedDump edited = EditedDump.of("10.0");
        change.edit.accept(edited);
        Path destination = edited.write(directory);
        Process process =
                new ProcessBuilder(
                                "python3",
                                script.toString(),
                                "-s",
                                source.toString(),
                                "-d",
                                destination.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(change.scriptComplains ? 1 : 0, Math.min(1, process.waitFor()), said);
        assertEquals(change.weComplain ? 1 : 0, verify(destination));
    }

    private int verify(Path dump) throws IOException {
        Path stream =
                Files.write(
                        directory.resolve("stream"),
                        Fixtures.named("precopy-paused-q7").main().readAllBytes());
        return Ferry.run("verify", "--strict", stream.toString(), "--against", dump.toString())
                .code();
    }
}
