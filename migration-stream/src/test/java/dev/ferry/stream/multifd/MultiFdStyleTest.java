package dev.ferry.stream.multifd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.Recordings;
import dev.ferry.stream.multifd.MultiFdChannels.Marker;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MultiFdStyleTest {

    @ParameterizedTest
    @CsvSource({
        "pc-i440fx-7.2,  7, 2, EVERY_EOS,    LEGACY,  QEMU_7_2",
        "pc-i440fx-7.2, 10, 0, EVERY_EOS,    LEGACY,  QEMU_10_0",
        "pc-q35-8.0,     8, 0, EVERY_EOS,    LEGACY,  QEMU_7_2",
        "pc-q35-8.0,     9, 0, EVERY_EOS,    LEGACY,  QEMU_10_0",
        "pc-q35-8.1,     8, 1, FLUSH_RECORD, LEGACY,  QEMU_7_2",
        "pc-q35-8.2,    10, 0, FLUSH_RECORD, LEGACY,  QEMU_10_0",
        "pc-q35-9.0,     9, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "pc-q35-10.0,   10, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "microvm,        7, 2, EVERY_EOS,    LEGACY,  QEMU_7_2",
        "microvm,        8, 1, FLUSH_RECORD, LEGACY,  QEMU_7_2",
        "microvm,       10, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "pseries-2.12-sxxm, 9, 0, EVERY_EOS, LEGACY,  QEMU_10_0",
        "pc-q35-4.0.1,  10, 0, EVERY_EOS,    LEGACY,  QEMU_10_0",
        "pc-q35-8.1+pve0, 10, 0, FLUSH_RECORD, LEGACY, QEMU_10_0",
        "pc-q35-jammy,  10, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "SS-10,         10, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "virt-99999999999.1, 10, 0, FLUSH_RECORD, MULTIFD, QEMU_10_0",
        "'',             7, 2, EVERY_EOS,    LEGACY,  QEMU_7_2",
    })
    void machineAndVersionDecide(
            String machine,
            int major,
            int minor,
            Marker marker,
            ZeroPageDetection zeroPages,
            MultiFdDialect dialect) {
        assertEquals(
                new MultiFdStyle(marker, zeroPages, dialect),
                MultiFdStyle.of(machine, major, minor));
    }

    @ParameterizedTest
    @CsvSource({
        "pc-i440fx-7.2, EVERY_EOS,    LEGACY",
        "pc-q35-8.1,    FLUSH_RECORD, LEGACY",
        "pc-q35-10.0,   FLUSH_RECORD, MULTIFD",
        "microvm,       FLUSH_RECORD, MULTIFD",
    })
    void machineWithItsVersionIsEnough(String machine, Marker marker, ZeroPageDetection zeroPages) {
        assertEquals(
                new MultiFdStyle(marker, zeroPages, MultiFdDialect.QEMU_10_0),
                MultiFdStyle.of(machine));
    }

    /** What QEMU really did, in each capture where the user did not ask for something else. */
    @ParameterizedTest
    @FixtureSource(kind = CaptureKind.TCP, capability = "multifd")
    void capturesAreAsTheirMachinesSay(Fixture fixture) throws IOException {
        String[] version = fixture.qemuVersion().split("\\.", -1);
        try (MigrationReader reader = Recordings.open(fixture, ReaderOptions.DEFAULT)) {
            Recordings.items(reader);
            String machine = reader.configuration().orElseThrow().machine();
            MultiFdStyle style =
                    MultiFdStyle.of(
                            machine, Integer.parseInt(version[0]), Integer.parseInt(version[1]));
            assertEquals(style.marker(), reader.multifd().marker());
            String asked = fixture.metadata().at("/parameters/zero-page-detection").asText("");
            String detection = asked.isEmpty() ? style.zeroPages().parameter() : asked;
            long main = reader.ram().statistics().pages(PageKind.ZERO);
            long listed = reader.ram().statistics().pages(PageKind.MULTIFD_ZERO);
            assertEquals(detection, main > 0 ? "legacy" : listed > 0 ? "multifd" : "none");
        }
    }

    @Test
    void styleHasAMarker() {
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new MultiFdStyle(
                                Marker.UNDECIDED,
                                ZeroPageDetection.LEGACY,
                                MultiFdDialect.QEMU_7_2));
    }

    @Test
    void optionsMustBePossible() {
        MultiFdOptions options = MultiFdOptions.DEFAULT;
        assertThrows(
                IllegalArgumentException.class,
                () ->
                        new MultiFdOptions(
                                MultiFdHandshake.NO_UUID,
                                MultiFdDialect.QEMU_7_2,
                                ZeroPageDetection.MULTIFD,
                                MultiFdCompression.NONE,
                                1));
        for (MultiFdCompression method :
                new MultiFdCompression[] {
                    MultiFdCompression.QPL, MultiFdCompression.UADK, MultiFdCompression.QATZIP
                }) {
            assertThrows(IllegalArgumentException.class, () -> options.withCompression(method));
        }
        assertThrows(
                IllegalArgumentException.class,
                () -> options.withCompression(MultiFdCompression.ZLIB, 10));
        assertThrows(
                IllegalArgumentException.class,
                () -> options.withCompression(MultiFdCompression.ZSTD, 21));
        assertThrows(
                IllegalArgumentException.class,
                () -> options.withCompression(MultiFdCompression.ZSTD, -1));
    }
}
