package dev.ferry.tools.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** What QEMU wrote and loads has no errors; the few oddities are named here. */
class VerifyFixtureTest {

    private static final String NO_CONFIGURATION = "no configuration section";
    private static final String NO_FOOTERS = "sections have no footers";
    private static final String NO_GLOBAL_STATE = "no section 'globalstate'";

    /** Warnings by capture. */
    private static final Map<String, Set<String>> ODD =
            Map.ofEntries(
                    Map.entry("block-mig-q7", Set.of("disk contents")),
                    Map.entry("compress-q7", Set.of("compressed page")),
                    Map.entry("compress-dirty-q7", Set.of("compressed page")),
                    // Two IDE channels of one name and instance: QEMU's own doing.
                    Map.entry("isapc-q7", Set.of("comes a second time")),
                    Map.entry(
                            "nofooter-noconfig-q7",
                            Set.of(NO_CONFIGURATION, NO_FOOTERS, NO_GLOBAL_STATE)),
                    Map.entry("pc-1.7-q7", Set.of(NO_CONFIGURATION, NO_FOOTERS, NO_GLOBAL_STATE)),
                    Map.entry("nofooter-q10", Set.of(NO_FOOTERS, NO_GLOBAL_STATE)),
                    Map.entry("novmdesc-q10", Set.of("no description behind the end mark")));

    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource
    void captureHasNoErrorsAndOnlyTheOdditiesKnown(Fixture fixture) throws IOException {
        Ferry.Result result =
                Ferry.run(FixtureFiles.command(fixture, directory, List.of("verify"), "--json"));
        JsonNode json = new ObjectMapper().readTree(result.bytes());
        assertEquals(0, json.required("errors").asInt(), result::toString);
        Set<String> found = new TreeSet<>();
        Set<String> expected = new TreeSet<>(ODD.getOrDefault(fixture.name(), Set.of()));
        for (JsonNode finding : json.required("findings")) {
            String message = finding.required("message").asText();
            found.add(expected.stream().filter(message::contains).findFirst().orElse(message));
        }
        assertEquals(expected, found);
        assertEquals(0, result.code(), result::toString);
        assertTrue(json.required("everythingChecked").asBoolean());
    }
}
