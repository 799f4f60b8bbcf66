package com.example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.Fixtures;
import dev.ferry.testdata.qemu.FixtureMachine;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.Outgoing;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Takes a running guest from one QEMU release to another by way of a file. */
class UpgradeTest {
    @TempDir Path directory;

    @Test
    void guestGoesOnInTheNewRelease() throws IOException {
        QemuPeer old = QemuPeer.require(QemuRelease.V7_2);
        QemuPeer young = QemuPeer.require(QemuRelease.V10_0);
        FixtureMachine machine = FixtureMachine.of(Fixtures.named("precopy-dirty-q7"));
        try (QemuProcess source = machine.startSource(old, directory);
                QemuProcess destination = machine.startDestination(young, directory)) {
            source.resume();
            source.serial().awaitLength("READY\nABC".length());

            Path file = directory.resolve("guest.mig");
            Outgoing.pipe(file).save(source, MigrationSettings.PLAIN);
            Incoming.pipe(file).load(destination, MigrationSettings.PLAIN);
            assertEquals(source.memory().digests(), destination.memory().digests());

            String printed = source.serial().text();
            char next = FixtureMachine.letterAfter(printed.charAt(printed.length() - 1));
            destination.resume();
            assertEquals(FixtureMachine.alphabet(next, 3), destination.serial().awaitFirst(3));
        }
    }
}
