package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.stream.ram.StreamDigests;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;

class FixtureRamTest {

    /** Blocks whose content is not in the stream, with the reason. */
    private static final Map<String, String> ELSEWHERE =
            Map.of("ignore-shared-q10/mem0", "x-ignore-shared leaves it in a shared file");

    @ParameterizedTest
    @FixtureSource
    void memoryEqualsWhatQemuHad(Fixture fixture) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            if (!ELSEWHERE.containsKey(fixture.name() + "/" + block.idstr())) {
                expected.put(block.idstr(), block.sha256());
            }
        }
        Map<String, String> found = new TreeMap<>();
        try (RamImage image = new RamImage();
                ImageDigests digests = new ImageDigests(image);
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(digests))) {
            Recordings.items(reader);
            for (Map.Entry<RamBlock, byte[]> block : digests.digests().entrySet()) {
                if (expected.containsKey(block.getKey().id())) {
                    found.put(block.getKey().id(), HexFormat.of().formatHex(block.getValue()));
                }
            }
        }
        assertEquals(expected, found);
    }

    @ParameterizedTest
    @FixtureSource
    void digestsStraightFromTheStreamAreThoseOfTheMemory(Fixture fixture) throws IOException {
        try (StreamDigests digests = new StreamDigests();
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(digests))) {
            Recordings.items(reader);
            for (Map.Entry<RamBlock, byte[]> block : digests.digests().entrySet()) {
                String id = block.getKey().id();
                if (!ELSEWHERE.containsKey(fixture.name() + "/" + id)) {
                    assertEquals(
                            fixture.ramBlock(id).orElseThrow().sha256(),
                            HexFormat.of().formatHex(block.getValue()),
                            id);
                }
            }
        }
    }

    @ParameterizedTest
    @FixtureSource(name = {"precopy-paused-*", "mapped-ram-*", "savevm-*"})
    void memoryOfAGuestThatStoodStillNeedsNoImage(Fixture fixture) throws IOException {
        try (StreamDigests digests = new StreamDigests();
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(digests))) {
            Recordings.items(reader);
            assertEquals(reader.ram().blocks().size(), digests.digests().size());
        }
    }
}
