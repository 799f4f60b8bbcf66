package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.CaptureKind;
import dev.ferry.testdata.Fixture;
import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.junit.FixtureSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;

/** Save images and snapshots, loaded as they are. */
class ContainersLoadTest {
    @TempDir Path directory;

    @ParameterizedTest
    @FixtureSource(kind = CaptureKind.LIBVIRT_SAVE)
    void saveImageLoadsInTheMachineThatLibvirtMade(Fixture fixture) throws IOException {
        FixtureMachine machine = FixtureMachine.of(fixture);
        Path image = fixture.main().unpack(directory);
        boolean sparse = fixture.name().contains("sparse");
        try (QemuProcess qemu =
                machine.startDestination(peer(fixture), directory.resolve("machine"))) {
            Incoming.libvirtImage(image)
                    .load(qemu, sparse ? MigrationSettings.mappedRam() : MigrationSettings.PLAIN);
            assertGoesOn(machine, qemu);
        }
    }

    @ParameterizedTest
    @FixtureSource(kind = CaptureKind.QCOW2_SNAPSHOT)
    void snapshotLoadsAtTheStart(Fixture fixture) throws IOException {
        FixtureMachine machine = FixtureMachine.of(fixture).withOptions("-loadvm", "snap1");
        try (QemuProcess qemu = machine.startSource(peer(fixture), directory.resolve("machine"))) {
            assertGoesOn(machine, qemu);
        }
    }

    private static QemuPeer peer(Fixture fixture) {
        return QemuPeer.require(QemuRelease.of(fixture.qemuVersion()));
    }

    private static void assertGoesOn(FixtureMachine machine, QemuProcess qemu) throws IOException {
        List<RamBlockTruth> truth = machine.fixture().ramBlocks();
        assertEquals(
                new RamComparison(
                        truth.stream().map(RamBlockTruth::idstr).toList(), List.of(), List.of()),
                qemu.memory().compare(truth));
        qemu.resume();
        assertEquals(
                FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), 4),
                qemu.serial().awaitFirst(4));
    }
}
