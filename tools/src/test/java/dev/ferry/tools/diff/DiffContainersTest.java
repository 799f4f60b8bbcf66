package dev.ferry.tools.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import dev.ferry.tools.cli.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** A VM is the same whatever it is kept in and however it was sent. */
class DiffContainersTest {

    private static JsonSchema schema;

    @TempDir Path directory;

    @BeforeAll
    static void readSchema() throws IOException {
        schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(text());
    }

    private static com.fasterxml.jackson.databind.JsonNode text() throws IOException {
        return new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(Ferry.run("diff", "--schema").bytes());
    }

    /** The command line that compares the capture, as A, with {@code other}. */
    private List<String> diff(Fixture fixture, String other) throws IOException {
        List<String> args =
                new ArrayList<>(
                        FixtureFiles.command(fixture, directory, List.of("diff", "--json")));
        args.add(3, other);
        return args;
    }

    private String convert(Fixture fixture, String format) throws IOException {
        String file = directory.resolve("converted").toString();
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory,
                                List.of("convert"),
                                "--to",
                                format,
                                "-o",
                                file));
        assertEquals(0, result.code(), result::toString);
        return file;
    }

    /** Mapped-ram for what is none, where it can be. */
    private static String otherForm(Fixture fixture) {
        boolean mapped = fixture.capabilities().contains("mapped-ram");
        boolean shared = fixture.capabilities().contains("x-ignore-shared");
        boolean unconfigured = Set.of("nofooter-noconfig-q7", "pc-1.7-q7").contains(fixture.name());
        return mapped || shared || unconfigured ? "stream" : "mapped-ram";
    }

    @ParameterizedTest
    @FixtureSource
    void captureEqualsItselfInAnotherForm(Fixture fixture) throws IOException {
        Diffed diff = Diffed.of(diff(fixture, convert(fixture, otherForm(fixture))));
        // What was left in shared memory is not in the capture.
        boolean all = !fixture.capabilities().contains("x-ignore-shared");
        assertEquals(all ? 0 : 4, diff.code(), diff::toString);
        assertTrue(diff.json().required("same").asBoolean());
        assertEquals(all, diff.json().required("everythingCompared").asBoolean());
        assertEquals(
                Fixtures.named(fixture.name()).ramBlocks().size(),
                diff.json().required("blocks").size());
        assertEquals(Set.of(), schema.validate(diff.json()));
    }

    @Test
    void schemaIsASchema() throws IOException {
        JsonSchema meta =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(
                                com.networknt.schema.SchemaLocation.of(
                                        SpecVersion.VersionFlag.V202012.getId()));
        assertEquals(Set.of(), meta.validate(text()));
    }

    @Test
    void standardInputIsOneOfThem() throws IOException {
        Fixture fixture = Fixtures.named("xbzrle-q7");
        String converted = convert(fixture, "stream");
        Path file = fixture.main().unpack(directory);
        try (InputStream in = Files.newInputStream(file)) {
            Ferry.Result result = Ferry.run(in, Terminal.NONE, "diff", converted, "-");
            assertEquals(0, result.code(), result::toString);
        }
        try (InputStream in = Files.newInputStream(file)) {
            Ferry.Result result = Ferry.run(in, Terminal.NONE, "diff", "-", converted);
            assertEquals(0, result.code(), result::toString);
        }
    }

    @Test
    void channelsOfBothAreNamed() throws IOException {
        Fixture fixture = Fixtures.named("multifd-zstd4-q7");
        List<String> args = diff(fixture, fixture.main().unpack(directory).toString());
        for (int i = args.size() - 2; i > 0; i--) {
            if (args.get(i).equals("--channel")) {
                args.add("--channel-b");
                args.add(args.get(i + 1));
            }
        }
        Diffed diff = Diffed.of(args);
        assertEquals(0, diff.code(), diff::toString);
    }

    @Test
    void sentenceAndFormsAreShown() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        String file = fixture.main().unpack(directory).toString();
        String converted = convert(fixture, "mapped-ram");
        Ferry.Result result = Ferry.run("diff", file, converted);
        assertEquals(
                "A: "
                        + file
                        + " (stream, pc-q35-10.0)\nB: "
                        + converted
                        + " (mapped-ram, pc-q35-10.0)\n"
                        + "not counted: capability mapped-ram: B only\n"
                        + "no differences\n",
                result.out());
    }
}
