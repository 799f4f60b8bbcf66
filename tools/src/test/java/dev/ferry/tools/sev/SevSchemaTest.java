package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the verbs print as JSON is what their schemas say, and the schemas say something. */
class SevSchemaTest {
    private static final JsonSchemaFactory FACTORY =
            JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"certs show", "certs verify", "session show", "session open", "measure"})
    void schemaIsASchema(String verb) throws IOException {
        JsonSchema metaSchema =
                FACTORY.getSchema(SchemaLocation.of(SpecVersion.VersionFlag.V202012.getId()));
        assertEquals(Set.of(), metaSchema.validate(schemaText(verb)));
    }

    @Test
    void certificates() throws IOException {
        for (String generation : SevFixtures.WHOLE_CHAINS) {
            List<String> files = new ArrayList<>();
            for (String name : List.of("ark", "ask", "cek", "oca", "pek", "pdh")) {
                files.add(SevFiles.real(directory, generation, name));
            }
            assertValid("certs show", run("certs show", files));
            assertValid("certs verify", run("certs verify", files));
            assertValid("certs verify", run("certs verify", files.subList(1, 4)));
        }
        byte[] odd = SevFixtures.certificate("rome", "pek.cert");
        odd[0x0c] = 0x77;
        odd[0x414] = 0x55;
        List<String> files =
                List.of(
                        SevFiles.write(directory, "odd", odd),
                        SevFiles.real(directory, "rome", "cek"));
        assertValid("certs show", run("certs show", files));
        assertValid("certs verify", run("certs verify", files));
    }

    @Test
    void sessions() throws IOException {
        SevFixture capture = SevFixtures.all().getFirst();
        String session = SevFiles.write(directory, "session", capture.session("session_blob"));
        assertValid("session show", run("session show", List.of(session)));
        for (String policy : List.of("0x" + Integer.toHexString(capture.policy()), "0x40")) {
            for (List<String> more : List.of(List.<String>of(), List.of("--show-keys"))) {
                List<String> command =
                        new ArrayList<>(
                                List.of(
                                        "--sev-key",
                                        SevFiles.key(directory, capture.destination()),
                                        "--pdh",
                                        SevFiles.write(
                                                directory, "pdh", capture.session("source_pdh")),
                                        "--policy",
                                        policy,
                                        session));
                command.addAll(more);
                assertValid("session open", run("session open", command));
            }
        }
    }

    @Test
    void measurements() throws IOException {
        List<String> command =
                List.of(
                        "--api",
                        "1.51",
                        "--build",
                        "3",
                        "--policy",
                        "1",
                        "--data",
                        SevFiles.write(directory, "data", new byte[100]),
                        "--tik",
                        "202122232425262728292a2b2c2d2e2f");
        List<String> compared = new ArrayList<>(command);
        compared.addAll(List.of("--expect", "00".repeat(48)));
        List<String> alone = new ArrayList<>(command);
        alone.addAll(List.of("--nonce", "00".repeat(16)));
        assertValid("measure", run("measure", compared));
        assertValid("measure", run("measure", alone));
    }

    private static JsonNode run(String verb, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sev"));
        command.addAll(List.of(verb.split(" ", -1)));
        command.add("--json");
        command.addAll(arguments);
        return SevFiles.json(Ferry.run(command));
    }

    /** And another key, or one less, is not. */
    private static void assertValid(String verb, JsonNode json) throws IOException {
        JsonSchema schema = FACTORY.getSchema(schemaText(verb));
        assertEquals(Set.of(), schema.validate(json), json::toString);
        ObjectNode more = json.deepCopy();
        more.put("surplus", 1);
        assertNotEquals(Set.of(), schema.validate(more));
        ObjectNode less = json.deepCopy();
        less.remove("ferry");
        assertNotEquals(Set.of(), schema.validate(less));
    }

    private static JsonNode schemaText(String verb) throws IOException {
        List<String> command = new ArrayList<>(List.of("sev"));
        command.addAll(List.of(verb.split(" ", -1)));
        command.add("--schema");
        return SevFiles.json(Ferry.run(command));
    }
}
