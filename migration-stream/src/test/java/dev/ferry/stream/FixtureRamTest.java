package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.stream.ram.RamDigest;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;

class FixtureRamTest {

    @ParameterizedTest
    @FixtureSource
    void memoryEqualsWhatQemuHad(Fixture fixture) throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (RamBlockTruth block : fixture.ramBlocks()) {
            expected.put(block.idstr(), block.sha256());
        }
        Map<String, String> found = new TreeMap<>();
        try (RamImage image = new RamImage();
                MigrationReader reader =
                        Recordings.open(fixture, ReaderOptions.DEFAULT.withPages(image))) {
            Recordings.items(reader);
            for (RamImage.BlockImage block : image.blocks()) {
                if (expected.containsKey(block.block().id())) {
                    found.put(
                            block.block().id(), HexFormat.of().formatHex(RamDigest.sha256(block)));
                }
            }
        }
        assertEquals(expected, found);
    }
}
