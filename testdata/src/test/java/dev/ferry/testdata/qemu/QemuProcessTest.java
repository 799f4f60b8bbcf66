package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.testdata.Fixtures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QemuProcessTest {
    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void emulatorIsOfTheReleaseThatWasAskedFor(QemuRelease release) throws IOException {
        try (QemuProcess qemu = nothing(release)) {
            var version = qemu.qmp().execute("query-version").required("qemu");
            assertEquals(
                    release,
                    QemuRelease.of(
                            version.required("major").asInt()
                                    + "."
                                    + version.required("minor").asInt()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void modulesAreThoseOfTheSameBuild(QemuRelease release) throws IOException {
        QemuPeer peer = QemuPeer.require(release);
        // A device that Debian has in a module in both releases; elsewhere it is built in.
        List<String> arguments =
                List.of(
                        "-machine",
                        "q35",
                        "-nodefaults",
                        "-display",
                        "none",
                        "-S",
                        "-device",
                        "virtio-gpu-pci,romfile=");
        try (QemuProcess qemu = QemuProcess.start(peer, directory, arguments)) {
            assertTrue(qemu.qmp().human("info pci").contains("1af4:1050"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void startThatFailsTellsQemusReason(QemuRelease release) {
        QemuPeer peer = QemuPeer.require(release);
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> QemuProcess.start(peer, directory, List.of("-machine", "sundial")));
        assertTrue(e.toString().contains("unsupported machine type"), e::toString);
        assertTrue(e.toString().contains("exit status 1"), e::toString);
    }

    @ParameterizedTest
    @EnumSource
    void errorAnswerBecomesAnExceptionAndTheConversationGoesOn(QemuRelease release)
            throws IOException {
        try (QemuProcess qemu = nothing(release)) {
            QmpException e = assertThrows(QmpException.class, () -> qemu.qmp().execute("make-tea"));
            assertEquals("CommandNotFound", e.errorClass());
            assertEquals("The command make-tea has not been found", e.description());
            assertTrue(qemu.qmp().execute("query-status").has("running"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void eventsAreKeptUntilTheyAreAskedForAndThenTaken(QemuRelease release) throws IOException {
        try (QemuProcess qemu = nothing(release)) {
            qemu.resume();
            qemu.stop();
            qemu.resume();
            qemu.qmp().awaitEvent("STOP");
            qemu.qmp().awaitEvent("RESUME");
            qemu.qmp().awaitEvent("RESUME");
            qemu.qmp().execute("quit");
            assertEquals(
                    "host-qmp-quit", qemu.qmp().awaitEvent("SHUTDOWN").at("/data/reason").asText());
            assertEquals(0, qemu.awaitExit());
            IOException e = assertThrows(IOException.class, () -> qemu.qmp().awaitEvent("RESUME"));
            assertTrue(e.toString().contains("QEMU is gone"), e::toString);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedProcessIsGone(QemuRelease release) throws IOException {
        QemuProcess qemu = nothing(release);
        Optional<ProcessHandle> process = ProcessHandle.of(qemu.pid());
        assertTrue(process.isPresent());
        qemu.close();
        assertFalse(process.orElseThrow().isAlive());
    }

    @ParameterizedTest
    @EnumSource
    void serialPortThatEndsIsNotWaitedFor(QemuRelease release) throws IOException {
        try (QemuProcess qemu = nothing(release)) {
            qemu.qmp().execute("quit");
            assertThrows(IOException.class, () -> qemu.serial().awaitMore(1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void blocksAreReadWhereTheyReallyAre(QemuRelease release) throws IOException {
        QemuPeer peer = QemuPeer.require(release);
        FixtureMachine machine = FixtureMachine.of(Fixtures.named("numa2-q7"));
        try (QemuProcess qemu = machine.startSource(peer, directory)) {
            qemu.resume();
            qemu.serial().awaitLength("READY\nA".length());
            qemu.stop();
            List<RamBlock> blocks = qemu.memory().blocks();
            // The two nodes lie one behind the other, with the hole for the VGA in the first.
            RamBlock first = block(blocks, "n0");
            RamBlock second = block(blocks, "n1");
            int start = 1 << 20;
            byte[] physical = qemu.memory().physical(start, 2 << 20);
            assertArrayEquals(
                    Arrays.copyOfRange(physical, 0, 1 << 20),
                    qemu.memory().read(first, start, 1 << 20));
            assertArrayEquals(
                    Arrays.copyOfRange(physical, 1 << 20, 2 << 20),
                    qemu.memory().read(second, 0, 1 << 20));
            Map<String, String> digests = qemu.memory().digests();
            assertEquals(
                    Sha256.of(Arrays.copyOfRange(physical, 1 << 20, 2 << 20)), digests.get("n1"));
            assertEquals(
                    blocks.stream().map(RamBlock::idstr).toList(), List.copyOf(digests.keySet()));
        }
    }

    private static RamBlock block(List<RamBlock> blocks, String idstr) {
        return blocks.stream().filter(b -> b.idstr().equals(idstr)).findFirst().orElseThrow();
    }

    private QemuProcess nothing(QemuRelease release) throws IOException {
        return QemuProcess.start(
                QemuPeer.require(release),
                directory,
                List.of("-machine", "none", "-nodefaults", "-display", "none", "-S"));
    }
}
