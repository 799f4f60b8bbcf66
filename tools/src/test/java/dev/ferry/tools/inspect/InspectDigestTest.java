package dev.ferry.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

class InspectDigestTest {

    /** Blocks whose content is not in the stream, with the words of the note. */
    private static final Map<String, String> ELSEWHERE =
            Map.of("ignore-shared-q10/mem0", "left in shared memory");

    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource
    void digestsAreThoseOfTheMemoryQemuHad(Fixture fixture) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            String elsewhere = ELSEWHERE.get(fixture.name() + "/" + block.idstr());
            expected.put(block.idstr(), elsewhere == null ? block.sha256() : elsewhere);
        }
        Map<String, String> found = new TreeMap<>();
        for (JsonNode block : Inspected.of(fixture, directory, "--digest").required("ramBlocks")) {
            String id = block.required("id").asText();
            if (!expected.containsKey(id)) {
                continue;
            }
            String elsewhere = ELSEWHERE.get(fixture.name() + "/" + id);
            if (elsewhere != null) {
                assertTrue(block.required("sha256").isNull());
                assertTrue(block.required("note").asText().contains(elsewhere));
                found.put(id, elsewhere);
            } else {
                found.put(id, block.required("sha256").asText());
            }
        }
        assertEquals(expected, found);
    }

    @ParameterizedTest
    @FixtureSource(name = {"multifd-zlib3-q7", "multifd-zstd3-q10", "multifd-none2-q10"})
    void withoutItsChannelsNoDigestIsGiven(Fixture fixture) throws IOException {
        Path main = fixture.unpack(directory).get(fixture.main());
        Ferry.Result result = Ferry.run("inspect", "--json", "--digest", String.valueOf(main));
        assertEquals(4, result.code(), result::toString);
        for (JsonNode block : Inspected.parse(result).required("ramBlocks")) {
            assertTrue(block.required("sha256").isNull(), block::toString);
            assertTrue(block.required("note").asText().contains("--channel"), block::toString);
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"multifd-zlib3-q7", "multifd-zstd3-q10"})
    void oneChannelMissingIsNoticed(Fixture fixture) throws IOException {
        fixture.unpack(directory);
        for (int missing = 1; missing <= 3; missing++) {
            StringBuilder args = new StringBuilder("inspect --json --digest ");
            args.append(directory.resolve(fixture.name() + ".ch0.fwd"));
            for (int i = 1; i <= 3; i++) {
                if (i != missing) {
                    args.append(" --channel ")
                            .append(directory.resolve(fixture.name() + ".ch" + i + ".fwd"));
                }
            }
            Ferry.Result result = Ferry.run(args.toString().split(" ", -1));
            assertEquals(4, result.code(), "without channel " + missing + ": " + result.err());
        }
    }

    @Test
    void damagedStreamHasNoDigestButItsBlocks() throws IOException {
        Fixture fixture = Fixtures.named("precopy-paused-q10");
        Path file = directory.resolve("cut");
        byte[] bytes = fixture.main().readAllBytes();
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        Ferry.Result result = Ferry.run("inspect", "--json", "--digest", file.toString());
        assertEquals(3, result.code(), result::toString);
        JsonNode block = Inspected.parse(result).at("/ramBlocks/0");
        assertEquals("pc.ram", block.required("id").asText());
        assertTrue(block.required("sha256").isNull());
        assertTrue(block.required("note").asText().startsWith("reading ended early"));
    }
}
