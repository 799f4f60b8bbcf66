package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;

/** Every capture, arriving in pieces as a socket's would, gives what a file of it gives. */
class SplitFixtureTest {

    private static final long SEED = 11;

    @ParameterizedTest
    @FixtureSource
    void howTheBytesArriveMakesNoDifference(Fixture fixture) throws IOException {
        FaultyRecording recording = FaultyRecording.of(fixture);
        assertEquals(
                String.join("\n", recording.outline(null)),
                String.join("\n", recording.outline(new Random(SEED))),
                "seed " + SEED);
    }
}
