package dev.ferry.sev.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.sev.SevException;
import dev.ferry.sev.cert.P384PrivateKey;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.ImageDigests;
import dev.ferry.stream.ram.RamImage;
import dev.ferry.testdata.SevFixture;
import java.io.IOException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The captures, opened with the key of the platform that they were sent to. */
class OpenedCapturesTest {

    static List<SevFixture> captures() {
        return Captures.all();
    }

    private static P384PrivateKey key(byte[] scalar) {
        try {
            return P384PrivateKey.of(scalar);
        } catch (SevException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @MethodSource("captures")
    void memoryIsWhatTheDestinationHad(SevFixture fixture) throws IOException {
        SevReading sev =
                new SevReading(
                        SevOptions.DEFAULT.withReceiver(() ->
                                new KeyedReceiver(key(fixture.destination().pdhPrivateKey()))));
        Map<String, String> digests = new LinkedHashMap<>();
        try (RamImage image = new RamImage()) {
            MigrationReader reader =
                    Captures.read(
                            fixture.readAllBytes(),
                            ReaderOptions.DEFAULT.withExtension(sev).withPages(image));
            for (RamImage.BlockImage block : image.blocks()) {
                digests.put(
                        block.block().id(), HexFormat.of().formatHex(ImageDigests.sha256(block)));
            }
            assertEquals(List.of(), reader.findings().list());
        }
        assertEquals(fixture.blockDigests(), digests);
        SevSummary summary = Objects.requireNonNull(sev.summary());
        assertEquals(fixture.pageRecords("encrypted"), summary.opened());
        assertEquals(0, summary.refused());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void anotherPlatformsKeyOpensNothing(SevFixture fixture) throws IOException {
        SevOptions options =
                SevOptions.DEFAULT.withReceiver(
                        () -> new KeyedReceiver(key(fixture.source().pdhPrivateKey())));
        byte[] stream = fixture.readAllBytes();
        try (RamImage image = new RamImage()) {
            UnsupportedStreamException e =
                    assertThrows(
                            UnsupportedStreamException.class,
                            () ->
                                    Captures.read(
                                            stream,
                                            ReaderOptions.DEFAULT
                                                    .withExtension(new SevReading(options))
                                                    .withPages(image)));
            assertTrue(e.problem().contains("BAD_MEASUREMENT (0xb)"), e.problem());
        }
        SevReading sev = new SevReading(options.withCheckAll(true));
        MigrationReader reader = Captures.read(stream, ReaderOptions.DEFAULT.withExtension(sev));
        assertEquals(1, reader.findings().list().size());
        assertEquals(0, Objects.requireNonNull(sev.summary()).opened());
    }
}
