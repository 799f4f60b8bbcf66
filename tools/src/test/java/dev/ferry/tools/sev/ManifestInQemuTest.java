package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.sev.stream.Manifest;
import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.io.MemorySource;
import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.convert.QemuDestination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nobody stumbles over a manifest: QEMU passes over it, and so does what reads descriptions. */
class ManifestInQemuTest {

    private static final byte[] HASH = new byte[32];

    @TempDir Path directory;

    private static byte[] withManifest(byte[] stream) throws IOException {
        try (MigrationReader reader =
                MigrationReader.of(
                        new WireInput(new MemorySource("capture", stream)),
                        ReaderOptions.DEFAULT)) {
            for (StreamItem item = reader.next(); item != null; item = reader.next()) {
                if (item instanceof StreamItem.Description description) {
                    byte[] json = new Manifest(7, HASH, HASH).into(description.index().text());
                    int at = (int) description.at();
                    return ByteBuffer.allocate(at + 1 + 4 + json.length)
                            .put(stream, 0, at + 1)
                            .putInt(json.length)
                            .put(json)
                            .array();
                }
            }
        }
        throw new AssertionError("no description");
    }

    @ParameterizedTest
    @CsvSource({
        "precopy-paused-q7, V7_2",
        "precopy-paused-q10, V10_0",
        "precopy-paused-q7, V10_0",
    })
    void aStreamWithOneIsLoaded(String name, QemuRelease release) throws IOException {
        Fixture fixture = Fixtures.named(name);
        QemuDestination destination = QemuDestination.of(FixtureMachine.of(fixture), release);
        Path stream =
                Files.write(
                        directory.resolve("stream"), withManifest(fixture.main().readAllBytes()));
        assertEquals(0, Ferry.run("verify", stream.toString()).code());
        destination.assertGoesOn(
                Incoming.pipe(stream),
                MigrationSettings.toLoad(fixture),
                directory.resolve("machine"));
    }
}
