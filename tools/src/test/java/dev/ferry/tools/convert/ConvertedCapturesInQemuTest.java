package dev.ferry.tools.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import dev.ferry.tools.FixtureFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever form a capture is converted to, QEMU loads it, and the guest goes on. */
class ConvertedCapturesInQemuTest {
    /** Every form once in each build; all captures in all forms are for a full run. */
    private static final List<Arguments> SAMPLE =
            List.of(
                    arguments("precopy-dirty-q7", QemuTarget.STREAM, QemuRelease.V7_2),
                    arguments("postcopy-q10", QemuTarget.STREAM, QemuRelease.V10_0),
                    arguments("multifd-zlib3-q7", QemuTarget.MAPPED_RAM, QemuRelease.V10_0),
                    arguments("mapped-ram-dirty-q10", QemuTarget.MULTIFD_NONE, QemuRelease.V10_0),
                    arguments("numa2-q7", QemuTarget.MULTIFD_NONE, QemuRelease.V7_2),
                    arguments("xbzrle-q10", QemuTarget.MULTIFD_ZLIB, QemuRelease.V10_0),
                    arguments("libvirt-xz-q7", QemuTarget.MULTIFD_ZSTD, QemuRelease.V7_2),
                    arguments("savevm-q7", QemuTarget.LIBVIRT_RAW, QemuRelease.V7_2),
                    arguments("dimm-q7", QemuTarget.LIBVIRT_GZIP, QemuRelease.V7_2),
                    arguments("compress-q7", QemuTarget.LIBVIRT_BZIP2, QemuRelease.V10_0),
                    arguments("vga-std-q10", QemuTarget.LIBVIRT_XZ, QemuRelease.V10_0),
                    arguments("isapc-q7", QemuTarget.LIBVIRT_LZOP, QemuRelease.V7_2),
                    arguments("devices-virtio-q10", QemuTarget.LIBVIRT_ZSTD, QemuRelease.V10_0),
                    arguments("bgsnap-paused-q10", QemuTarget.LIBVIRT_SPARSE, QemuRelease.V10_0));

    @TempDir Path directory;

    static List<Arguments> sample() {
        return SAMPLE;
    }

    static Stream<Arguments> everything() {
        return Fixtures.where(fixture -> fixture.target().equals("x86_64")).stream()
                .flatMap(fixture ->
                        releases(fixture).stream()
                                .flatMap(release -> combinations(fixture, release)));
    }

    private static Stream<Arguments> combinations(Fixture fixture, QemuRelease release) {
        return Stream.of(QemuTarget.values())
                .filter(target -> target.existsIn(release) && target.canHold(fixture))
                .map(target -> arguments(fixture.name(), target, release));
    }

    /** Where the capture loads, and where it does once its own way of travelling is gone. */
    private static Set<QemuRelease> releases(Fixture fixture) {
        Set<QemuRelease> releases = EnumSet.noneOf(QemuRelease.class);
        releases.addAll(FixtureMachine.of(fixture).releases());
        if (fixture.capabilities().contains("compress")) {
            releases.add(QemuRelease.V10_0);
        }
        return releases;
    }

    private static Arguments arguments(String fixture, QemuTarget target, QemuRelease release) {
        return Arguments.argumentSet(
                fixture + " as " + target + " in " + release,
                Fixtures.named(fixture),
                target,
                release);
    }

    @ParameterizedTest
    @MethodSource("sample")
    void guestGoesOnInAnotherForm(Fixture fixture, QemuTarget target, QemuRelease release)
            throws IOException {
        convertAndLoad(fixture, target, release);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("everything")
    void everyGuestGoesOnInEveryForm(Fixture fixture, QemuTarget target, QemuRelease release)
            throws IOException {
        convertAndLoad(fixture, target, release);
    }

    private void convertAndLoad(Fixture fixture, QemuTarget target, QemuRelease release)
            throws IOException {
        FixtureMachine machine = FixtureMachine.of(fixture).withOrdinaryPages();
        QemuDestination destination = QemuDestination.of(machine, release);
        Path out = directory.resolve("converted");
        Ferry.Result result =
                Ferry.run(
                        FixtureFiles.command(
                                fixture,
                                directory.resolve("capture"),
                                List.of("convert"),
                                target.options(machine, release, out).toArray(String[]::new)));
        assertEquals(0, result.code(), result::toString);
        assertTrue(result.err().isEmpty() || result.err().contains("note"), result::toString);
        destination.assertGoesOn(
                target.incoming(out), target.settings(fixture), directory.resolve("machine"));
    }
}
