package dev.ferry.tools.diff;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What {@code ferry diff --json} says. */
record Diffed(Ferry.Result result, JsonNode json) {

    private static final ObjectMapper JSON =
            new ObjectMapper()
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(
                            com.fasterxml.jackson.core.JsonParser.Feature
                                    .STRICT_DUPLICATE_DETECTION);

    static Diffed of(String a, String b, String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of("diff", "--json", a, b));
        args.addAll(List.of(options));
        return of(args);
    }

    static Diffed of(List<String> args) throws IOException {
        Ferry.Result result = Ferry.run(args);
        if (result.bytes().length == 0) {
            throw new AssertionError(result.toString());
        }
        return new Diffed(result, JSON.readTree(result.bytes()));
    }

    int code() {
        return result.code();
    }

    JsonNode block(String id) {
        for (JsonNode block : json.required("blocks")) {
            if (block.required("id").asText().equals(id)) {
                return block;
            }
        }
        throw new AssertionError("no block " + id + " in " + json);
    }

    JsonNode device(String name) {
        for (JsonNode device : json.required("devices")) {
            if (device.required("name").asText().equals(name)) {
                return device;
            }
        }
        throw new AssertionError("no device " + name + " in " + json);
    }

    @Override
    public String toString() {
        return result.toString();
    }
}
