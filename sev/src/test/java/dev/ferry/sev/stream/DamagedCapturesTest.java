package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.testdata.SevFixture;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Captures cut off, and with bytes changed anywhere: an error of ours with a place, or none. */
class DamagedCapturesTest {

    private static final int CUTS = 40;
    private static final int FLIPS = 120;

    static List<SevFixture> captures() {
        return Captures.all();
    }

    private static void read(SevFixture fixture, byte[] stream, boolean key) throws IOException {
        SevOptions options =
                key
                        ? SevOptions.DEFAULT.withReceiver(() -> {
                            try {
                                return new KeyedReceiver(
                                        P384PrivateKey.of(fixture.destination().pdhPrivateKey()));
                            } catch (SevException e) {
                                throw new AssertionError(e);
                            }
                        })
                        : SevOptions.DEFAULT;
        try (RamImage image = new RamImage(64 << 20)) {
            Captures.read(
                    stream,
                    ReaderOptions.DEFAULT.withExtension(new SevReading(options)).withPages(image));
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void aCutStreamIsRefusedWithItsPlace(SevFixture fixture) throws IOException {
        byte[] stream = fixture.readAllBytes();
        int rams = fixture.metadata().at("/shared_regions_record/offset").intValue();
        Random random = new Random(fixture.name().hashCode());
        for (int i = 0; i < CUTS; i++) {
            int length = 1 + random.nextInt(rams);
            boolean key = i % 4 == 0;
            StreamException e =
                    assertThrows(
                            StreamException.class,
                            () -> read(fixture, Arrays.copyOf(stream, length), key),
                            () -> "cut at " + length);
            assertTrue(e.at().offset() <= length, () -> "cut at " + length);
            assertNotNull(e.problem());
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void changedBytesEndInAnErrorOfOursOrInNone(SevFixture fixture) throws IOException {
        byte[] stream = fixture.readAllBytes();
        int seed = fixture.name().hashCode();
        IntStream.range(0, FLIPS)
                .parallel()
                .forEach(i -> {
                    Random random = new Random(seed + i);
                    byte[] changed = stream.clone();
                    for (int n = 0; n <= i % 3; n++) {
                        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                    }
                    try {
                        read(fixture, changed, i % 4 == 0);
                    } catch (StreamException e) {
                        assertTrue(e.at().offset() <= changed.length, "seed " + (seed + i));
                    } catch (IOException | RuntimeException e) {
                        throw new AssertionError("seed " + (seed + i), e);
                    }
                });
    }
}
