package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InspectSchemaTest {

    private static JsonSchema schema;
    private static JsonSchema metaSchema;

    @TempDir Path directory;

    @BeforeAll
    static void readSchema() throws IOException {
        JsonSchemaFactory factory = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);
        schema = factory.getSchema(Inspected.parse(Ferry.run("inspect", "--schema")));
        metaSchema =
                factory.getSchema(
                        com.networknt.schema.SchemaLocation.of(
                                SpecVersion.VersionFlag.V202012.getId()));
    }

    @Test
    void schemaIsASchema() throws IOException {
        JsonNode text = Inspected.parse(Ferry.run("inspect", "--schema"));
        assertEquals(Set.of(), metaSchema.validate(text));
    }

    @ParameterizedTest
    @FixtureSource
    void everyCaptureGivesWhatTheSchemaSays(Fixture fixture) throws IOException {
        Set<ValidationMessage> faults =
                schema.validate(Inspected.of(fixture, directory, "--digest", "--pages"));
        assertEquals(Set.of(), faults);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/input",
                "/stream",
                "/stream/producer",
                "/ram",
                "/ram/records",
                "/channels/0",
                "/ramBlocks/0",
                "/ramBlocks/0/pages",
                "/sections/0",
                "/commands/0",
                "/devices/0",
                "/pages/0"
            })
    void schemaAllowsNoOtherKey(String path) throws IOException {
        JsonNode json = Inspected.of(Fixtures.named("precopy-paused-q10"), directory, "--pages");
        ((ObjectNode) json.at(path)).put("somethingElse", 1);
        assertNotEquals(Set.of(), schema.validate(json));
    }

    @ParameterizedTest
    @ValueSource(strings = {"schema", "input", "stream", "ramBlocks", "sections", "findings"})
    void schemaRequiresTheKey(String key) throws IOException {
        JsonNode json = Inspected.of(Fixtures.named("precopy-paused-q10"), directory);
        ((ObjectNode) json).remove(key);
        assertNotEquals(Set.of(), schema.validate(json));
    }
}
