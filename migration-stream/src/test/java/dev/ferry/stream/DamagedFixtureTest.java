package dev.ferry.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * Every capture, cut short and with flipped bits: reading ends in a {@link StreamException} that
 * says where, or it ends. The normal run takes a share of what the full one does.
 */
class DamagedFixtureTest {

    private static final int SHARE = 20;
    private static final int FULL = 200;

    @ParameterizedTest
    @FixtureSource
    void damageIsToldOrHarmless(Fixture fixture) throws IOException {
        FaultyRecording recording = FaultyRecording.of(fixture);
        undamagedIsRead(recording);
        cutAtBoundaries(recording, 40);
        cutAnywhere(recording, SHARE);
        flipBits(recording, SHARE);
    }

    @Tag("full")
    @ParameterizedTest
    @FixtureSource
    void muchDamageIsToldOrHarmless(Fixture fixture) throws IOException {
        FaultyRecording recording = FaultyRecording.of(fixture);
        cutAtBoundaries(recording, 1000);
        cutAnywhere(recording, FULL);
        flipBits(recording, FULL);
    }

    private static void undamagedIsRead(FaultyRecording recording) throws IOException {
        for (boolean forward : new boolean[] {false, true}) {
            assertNull(read(recording, -1, new byte[0], forward, "undamaged").error());
        }
    }

    private static void cutAtBoundaries(FaultyRecording recording, int most) throws IOException {
        byte[] bytes = recording.bytes(0);
        int step = 1 + recording.boundaries().size() / most;
        for (int i = 0; i < recording.boundaries().size(); i += step) {
            int length = recording.boundaries().get(i);
            cutMain(recording, bytes, length, i % 2 == 0, "cut at " + length);
        }
    }

    private static void cutAnywhere(FaultyRecording recording, int times) throws IOException {
        for (int channel = 0; channel < recording.channels(); channel++) {
            byte[] bytes = recording.bytes(channel);
            for (long seed = 0; seed < share(times, channel); seed++) {
                int length = new Random(seed).nextInt(bytes.length + 1);
                String damage = recording.name(channel) + " cut at " + length + ", seed " + seed;
                if (channel == 0) {
                    cutMain(recording, bytes, length, seed % 2 == 0, damage);
                } else {
                    byte[] cut = Arrays.copyOf(bytes, length);
                    read(recording, channel, cut, seed % 2 == 0, damage);
                }
            }
        }
    }

    /** What is cut before the devices must be missed; later, nothing may know them any more. */
    private static void cutMain(
            FaultyRecording recording, byte[] bytes, int length, boolean forward, String damage)
            throws IOException {
        byte[] cut = Arrays.copyOf(bytes, length);
        FaultyRecording.Outcome outcome = read(recording, 0, cut, forward, damage);
        if (length <= recording.memoryEnd()) {
            assertInstanceOf(TruncatedStreamException.class, outcome.error(), damage);
        }
    }

    /** Half of the flips hit the end, where devices and description are. */
    private static void flipBits(FaultyRecording recording, int times) throws IOException {
        for (int channel = 0; channel < recording.channels(); channel++) {
            byte[] bytes = recording.bytes(channel);
            int share = bytes.length == 0 ? 0 : share(times, channel);
            for (long seed = 0; seed < share; seed++) {
                Random random = new Random(seed);
                int span = seed % 2 == 0 ? bytes.length : Math.min(bytes.length, 60_000);
                int at = bytes.length - 1 - random.nextInt(span);
                int bit = random.nextInt(8);
                byte[] damaged = bytes.clone();
                damaged[at] ^= (byte) (1 << bit);
                read(
                        recording,
                        channel,
                        damaged,
                        seed % 4 < 2,
                        recording.name(channel) + " bit " + bit + " of " + at + ", seed " + seed);
            }
        }
    }

    private static int share(int times, int channel) {
        return channel == 0 ? times : Math.max(1, times / 4);
    }

    private static FaultyRecording.Outcome read(
            FaultyRecording recording, int channel, byte[] bytes, boolean forward, String damage)
            throws IOException {
        FaultyRecording.Outcome outcome;
        try {
            outcome = recording.read(channel, bytes, forward);
        } catch (RuntimeException | Error e) {
            return fail(damage, e);
        }
        StreamException error = outcome.error();
        if (error != null) {
            assertTrue(error.at().offset() >= 0, damage);
            assertFalse(error.problem().isEmpty(), damage);
            assertFalse(error.at().source().isEmpty(), damage);
            assertEquals(error.problem() + " (" + error.at() + ")", error.getMessage(), damage);
        }
        return outcome;
    }
}
