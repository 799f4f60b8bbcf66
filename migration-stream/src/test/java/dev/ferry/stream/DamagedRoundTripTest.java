package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.testdata.FileKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.FixtureFile;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Captures with bytes changed at random: what can still be read is written again as it is, odd as
 * it may be. The normal run takes a share of what the full one does.
 */
class DamagedRoundTripTest {

    @ParameterizedTest
    @FixtureSource
    void whatIsStillReadIsWrittenAsItIs(Fixture fixture) throws IOException {
        damage(fixture, 20);
    }

    @Tag("full")
    @ParameterizedTest
    @FixtureSource
    void muchDamage(Fixture fixture) throws IOException {
        damage(fixture, 400);
    }

    private static void damage(Fixture fixture, int times) throws IOException {
        FixtureFile file = fixture.main();
        byte[] bytes = file.readAllBytes();
        byte[] further = further(fixture);
        boolean stream = bytes.length > 0 && bytes[0] == 'Q' && bytes[3] == 'M';
        int read = 0;
        for (long seed = 0; seed < times; seed++) {
            Random random = new Random(seed);
            byte[] damaged = bytes.clone();
            // Beginning and end are where the items are, the rest is mostly pages.
            int span =
                    Math.min(bytes.length, seed % 3 == 0 ? bytes.length : 4000 << (int) (seed % 5));
            int at = random.nextInt(span);
            at = seed % 3 == 1 ? bytes.length - 1 - at : at;
            int value =
                    random.nextInt(4) == 0 ? random.nextInt(256) : damaged[at] ^ (1 << (at % 8));
            damaged[at] = (byte) value;
            String damage =
                    file.file() + " byte " + at + " is " + (value & 0xff) + ", seed " + seed;
            try {
                read += RoundTrip.check(damaged, further) ? 1 : 0;
            } catch (RuntimeException | AssertionError | OutOfMemoryError e) {
                fail(damage, e);
            }
        }
        // Else this would only show that damage is noticed.
        assertTrue(!stream || read > 0, file.file() + ": no damage left it readable");
    }

    /** The preempt channel, or the one that the migration was recovered on. */
    private static byte @Nullable [] further(Fixture fixture) throws IOException {
        if (fixture.files().stream().anyMatch(f -> f.kind() == FileKind.FORWARD_CHANNEL)) {
            for (FixtureFile file : fixture.channels().further()) {
                byte[] bytes = file.readAllBytes();
                if (bytes[0] != 0x11) {
                    return bytes;
                }
            }
        }
        return null;
    }
}
