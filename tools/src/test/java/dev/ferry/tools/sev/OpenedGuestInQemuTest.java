package dev.ferry.tools.sev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ferry.testdata.SevFixture;
import dev.ferry.testdata.SevFixtures;
import dev.ferry.testdata.qemu.Incoming;
import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.Ferry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A QEMU that knows nothing of SEV migration runs on what AMD's fork sent encrypted, once it was
 * opened: the guests were run by KVM and do not look at whether they are encrypted.
 */
class OpenedGuestInQemuTest {

    private static final int FIRMWARE_BYTES = 64 << 10;

    @TempDir Path directory;

    static List<Arguments> loads() {
        List<Arguments> loads = new ArrayList<>();
        for (SevFixture fixture : SevFixtures.all()) {
            for (QemuRelease release : QemuRelease.values()) {
                loads.add(Arguments.of(fixture, release));
            }
        }
        return loads;
    }

    private void ferry(String... args) {
        Ferry.Result result = Ferry.run(args);
        assertEquals(0, result.code(), result::toString);
    }

    /** Each of the two ways for one of the two QEMUs. */
    private Path opened(SevFixture fixture, QemuRelease release) throws IOException {
        SevGuestFiles files = SevGuestFiles.of(fixture, directory);
        String opened = directory.resolve("opened").toString();
        String without = directory.resolve("without-kvmclock").toString();
        if (release == QemuRelease.V7_2) {
            ferry("sev", "decrypt", files.stream(), "--sev-key", files.key(), "-o", opened);
        } else {
            ferry(
                    "convert",
                    files.stream(),
                    "--sev-key",
                    files.key(),
                    "--to",
                    "stream",
                    "-o",
                    opened);
        }
        // The one device that only KVM has.
        ferry("edit", opened, "-o", without, "--drop", "kvmclock");
        return Path.of(without);
    }

    /** The captured command line's machine, emulated. */
    private List<String> machine(SevFixture fixture) throws IOException {
        String firmware =
                Files.write(directory.resolve("firmware"), new byte[FIRMWARE_BYTES]).toString();
        String commandLine = fixture.metadata().required("command_line").asText();
        String memory = commandLine.replaceAll(".* -m (\\S+) .*", "$1");
        String machine = fixture.metadata().required("machine_type_in_stream").asText();
        List<String> arguments = new ArrayList<>();
        arguments.addAll(
                List.of(
                        "-machine",
                        machine
                                + ",accel=tcg"
                                + (commandLine.contains("-no-acpi") ? ",acpi=off" : "")));
        arguments.addAll(List.of("-m", memory, "-vga", "none", "-net", "none"));
        arguments.addAll(
                commandLine.contains("if=pflash")
                        ? List.of(
                                "-drive",
                                "if=pflash,format=raw,unit=0,readonly=on,file=" + firmware)
                        : List.of("-bios", firmware));
        arguments.addAll(List.of("-serial", QemuProcess.SERIAL));
        arguments.addAll(List.of("-S", "-incoming", "defer"));
        return arguments;
    }

    @ParameterizedTest
    @MethodSource("loads")
    void runsOnWithTheSameMemory(SevFixture fixture, QemuRelease release) throws IOException {
        QemuPeer peer = QemuPeer.require(release);
        Path stream = opened(fixture, release);
        try (QemuProcess qemu = QemuProcess.start(peer, directory, machine(fixture))) {
            Incoming.pipe(stream).load(qemu, MigrationSettings.PLAIN);
            assertEquals(
                    fixture.blockDigests().get("pc.ram"), qemu.memory().digests().get("pc.ram"));
            qemu.resume();
            String head = fixture.metadata().required("serial_on_destination_head").asText();
            assertEquals(head, qemu.serial().awaitFirst(head.length()));
        }
    }
}
