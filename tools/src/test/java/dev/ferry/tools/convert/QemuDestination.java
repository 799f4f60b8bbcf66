package dev.ferry.tools.convert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.RamBlockTruth;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.testdata.qemu.RamComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** The machine of a capture in a real QEMU, about to load what Ferry wrote. */
public record QemuDestination(FixtureMachine machine, QemuPeer peer) {
    private static final int LETTERS = 3;

    /** Gives the test up, or fails it in CI, where there is no such QEMU. */
    public static QemuDestination of(FixtureMachine machine, QemuRelease release) {
        Path kvm = Path.of("/dev/kvm");
        Assumptions.assumeTrue(
                !machine.needsKvm() || (Files.isReadable(kvm) && Files.isWritable(kvm)),
                "no /dev/kvm");
        return new QemuDestination(machine, QemuPeer.require(release));
    }

    /** Loads the bytes: all RAM must be that of the capture, and the alphabet must go on. */
    public void assertGoesOn(Incoming incoming, MigrationSettings settings, Path directory)
            throws IOException {
        try (QemuProcess qemu = machine.startDestination(peer, directory)) {
            incoming.load(qemu, settings);
            List<RamBlockTruth> truth = machine.fixture().ramBlocks();
            assertEquals(
                    new RamComparison(
                            truth.stream().map(RamBlockTruth::idstr).toList(),
                            List.of(),
                            List.of()),
                    qemu.memory().compare(truth));
            if (machine.nextLetter().isPresent()) {
                qemu.resume();
                assertEquals(
                        FixtureMachine.alphabet(machine.nextLetter().orElseThrow(), LETTERS),
                        qemu.serial().awaitFirst(LETTERS));
            }
        }
    }
}
