package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.RamBlockTruth;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What QEMU wrote, QEMU loads: if it does not here, the fault is the harness's. */
class CapturesLoadTest {
    /** One of each kind, for every build. */
    private static final Set<String> SAMPLE =
            Set.of(
                    "precopy-dirty-q7",
                    "dimm-q7",
                    "vga-std-q10",
                    "mapped-ram-q10",
                    "multifd-zlib3-q7",
                    "multifd-zstd3-q10",
                    "precopy-s-q7");

    @TempDir Path directory;

    static Stream<Arguments> sample() {
        return combinations(SAMPLE::contains);
    }

    static Stream<Arguments> others() {
        return combinations(name -> !SAMPLE.contains(name));
    }

    private static Stream<Arguments> combinations(Predicate<String> chosen) {
        return Fixtures.where(fixture ->
                        chosen.test(fixture.name())
                                && fixture.target().equals("x86_64")
                                && Replay.isPossible(fixture))
                .stream()
                .flatMap(fixture ->
                        FixtureMachine.of(fixture).releases().stream()
                                .map(release ->
                                        Arguments.argumentSet(
                                                fixture + " in " + release, fixture, release)));
    }

    @ParameterizedTest
    @MethodSource("sample")
    void captureLoadsAsItWasRecorded(Fixture fixture, QemuRelease release) throws IOException {
        replay(fixture, release);
    }

    @Tag("full")
    @ParameterizedTest
    @MethodSource("others")
    void everyOtherCaptureLoadsAsItWasRecorded(Fixture fixture, QemuRelease release)
            throws IOException {
        replay(fixture, release);
    }

    private void replay(Fixture fixture, QemuRelease release) throws IOException {
        QemuPeer peer = QemuPeer.require(release);
        FixtureMachine machine = FixtureMachine.of(fixture);
        Replay.requireHost(machine);
        try (QemuProcess qemu = machine.startDestination(peer, directory.resolve("machine"))) {
            Replay.incoming(fixture, directory).load(qemu, MigrationSettings.toLoad(fixture));
            RamComparison ram = qemu.memory().compare(fixture.ramBlocks());
            assertEquals(
                    new RamComparison(names(fixture), List.of(), List.of()),
                    ram,
                    () -> fixture + " in " + peer);
            if (machine.nextLetter().isPresent()) {
                assertEquals("", qemu.serial().text());
                qemu.resume();
                assertEquals(
                        FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), 4),
                        qemu.serial().awaitFirst(4));
            }
        }
    }

    private static List<String> names(Fixture fixture) {
        return fixture.ramBlocks().stream().map(RamBlockTruth::idstr).toList();
    }
}
