package dev.ferry.tools.inspect;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The JSON view of captures. */
final class Inspected {

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(
                            com.fasterxml.jackson.core.JsonParser.Feature
                                    .STRICT_DUPLICATE_DETECTION);

    private Inspected() {}

    static JsonNode of(Fixture fixture, Path directory, String... options) throws IOException {
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture, directory, List.of("inspect", "--json"), options));
        return parse(result);
    }

    static JsonNode parse(Ferry.Result result) throws IOException {
        return JSON.readTree(result.bytes());
    }
}
