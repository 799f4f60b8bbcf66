package dev.ferry.tools.bench;

import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What there is without us: QEMU loads a file, and saves the guest to another. The clock stands
 * while the process starts.
 *
 * @param mebibytes of guest memory in {@code input}, which {@link LargeStream} wrote
 */
record QemuRewrite(
        QemuPeer peer,
        int mebibytes,
        Path input,
        MigrationSettings loading,
        Path output,
        MigrationSettings saving,
        Path directory)
        implements Timed {

    @Override
    public String label() {
        return "QEMU " + peer.version() + " load and save";
    }

    @Override
    public Run run() throws IOException {
        Files.deleteIfExists(output);
        FixtureMachine machine =
                FixtureMachine.of(Fixtures.named("precopy-paused-q10"))
                        .withOptions("-m", mebibytes + "M");
        try (QemuProcess qemu = machine.startDestination(peer, directory)) {
            long start = System.nanoTime();
            Incoming.file(input).load(qemu, loading);
            // Saving is throttled to 128 MiB/s unless told otherwise.
            Outgoing.file(output).save(qemu, saving.with("max-bandwidth", 0));
            return new Run((System.nanoTime() - start) / 1e9, 0);
        }
    }
}
