package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** New captures of running guests: what one QEMU saves, another loads. */
class SaveAndLoadTest {
    @TempDir Path directory;

    /** A way out of one QEMU and into another. */
    record Way(
            MigrationSettings settings,
            Function<Path, Outgoing> outgoing,
            Function<List<Path>, Incoming> incoming) {
        static final Way PIPE =
                new Way(
                        MigrationSettings.PLAIN,
                        Outgoing::pipe,
                        files -> Incoming.pipe(files.getFirst()));

        static Way file(MigrationSettings settings) {
            return new Way(settings, Outgoing::file, files -> Incoming.file(files.getFirst()));
        }

        static Way multifd(int channels, String compression) {
            return new Way(
                    MigrationSettings.multifd(channels, compression),
                    Outgoing::channels,
                    Incoming::channels);
        }
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                way("precopy-dirty-q7", QemuRelease.V7_2, QemuRelease.V7_2, Way.PIPE),
                way(
                        "precopy-dirty-q7",
                        QemuRelease.V7_2,
                        QemuRelease.V10_0,
                        Way.multifd(2, "none")),
                way(
                        "precopy-dirty-q7",
                        QemuRelease.V10_0,
                        QemuRelease.V7_2,
                        Way.multifd(3, "zstd")),
                way(
                        "precopy-dirty-q10",
                        QemuRelease.V10_0,
                        QemuRelease.V10_0,
                        Way.file(MigrationSettings.PLAIN)),
                way(
                        "precopy-dirty-q10",
                        QemuRelease.V10_0,
                        QemuRelease.V10_0,
                        Way.file(MigrationSettings.mappedRam())),
                way(
                        "precopy-dirty-q10",
                        QemuRelease.V10_0,
                        QemuRelease.V10_0,
                        Way.multifd(2, "zlib")));
    }

    private static Arguments way(String machine, QemuRelease from, QemuRelease to, Way way) {
        return Arguments.argumentSet(
                machine + " from " + from + " to " + to + " " + way.settings(),
                machine,
                from,
                to,
                way);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void runningGuestGoesOnElsewhere(String name, QemuRelease from, QemuRelease to, Way way)
            throws IOException {
        QemuPeer source = QemuPeer.require(from);
        QemuPeer destination = QemuPeer.require(to);
        FixtureMachine machine = FixtureMachine.of(Fixtures.named(name));
        try (QemuProcess old = machine.startSource(source, directory.resolve("old"));
                QemuProcess young =
                        machine.startDestination(destination, directory.resolve("young"))) {
            old.resume();
            assertTrue(old.serial().awaitLength(8).startsWith("READY\nAB"), old.serial()::text);
            List<Path> files =
                    way.outgoing().apply(directory.resolve("saved")).save(old, way.settings());
            way.incoming().apply(files).load(young, way.settings());
            assertEquals(old.memory().digests(), young.memory().digests());

            String printed = old.serial().text();
            young.resume();
            char last = printed.charAt(printed.length() - 1);
            assertEquals(
                    FixtureMachine.alphabet(FixtureMachine.letterAfter(last), 3),
                    young.serial().awaitFirst(3),
                    () -> "after " + printed);
        }
    }
}
