package dev.ferry.stream.dump;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuProcess;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A guest in a real QEMU that stands still, dumped by QEMU and saved for us. */
final class LiveGuest implements AutoCloseable {

    private final QemuProcess qemu;
    private final Path directory;

    private LiveGuest(QemuProcess qemu, Path directory) {
        this.qemu = qemu;
        this.directory = directory;
    }

    /**
     * Starts a guest and stops it.
     *
     * @param firmware one of ours, put into {@code guest.bin}; empty for QEMU's own
     * @param until what the guest prints before it is stopped; empty if it is never started
     */
    static LiveGuest start(
            QemuRelease release,
            Path directory,
            String firmware,
            String until,
            List<String> arguments)
            throws IOException {
        List<String> all =
                new ArrayList<>(List.of("-accel", "tcg", "-nodefaults", "-display", "none"));
        all.addAll(arguments);
        if (!firmware.isEmpty()) {
            try (InputStream image =
                    LiveGuest.class.getResourceAsStream("/dev/ferry/testdata/guests/" + firmware)) {
                if (image == null) {
                    throw new IOException("no guest " + firmware);
                }
                Files.copy(image, directory.resolve("guest.bin"));
            }
            all.addAll(List.of("-serial", QemuProcess.SERIAL, "-bios", "guest.bin"));
        } else {
            all.addAll(
                    List.of(
                            "-device",
                            "isa-debugcon,iobase=0x402,chardev=" + QemuProcess.SERIAL_CHARDEV));
        }
        all.add("-S");
        QemuProcess qemu = QemuProcess.start(QemuPeer.require(release), directory, all);
        if (!until.isEmpty()) {
            qemu.resume();
            while (!qemu.serial().text().contains(until)) {
                qemu.serial().awaitMore(1);
            }
            qemu.stop();
        }
        return new LiveGuest(qemu, directory);
    }

    /** QEMU's own dump. */
    Path dump(String format) throws IOException {
        Path file = directory.resolve("qemu." + format);
        qemu.qmp()
                .execute(
                        "dump-guest-memory",
                        Map.of("paging", false, "protocol", "file:" + file, "format", format));
        return file;
    }

    /** A migration stream of the guest. */
    Path save(String... capabilities) throws IOException {
        List<Map<String, Object>> switches = new ArrayList<>();
        switches.add(Map.of("capability", "events", "state", true));
        for (String capability : capabilities) {
            switches.add(Map.of("capability", capability, "state", true));
        }
        qemu.qmp().execute("migrate-set-capabilities", Map.of("capabilities", switches));
        Path file = directory.resolve("guest.mig");
        qemu.qmp().execute("migrate", Map.of("uri", "exec:cat > " + file));
        String end = qemu.qmp().awaitMigration("completed", "failed");
        if (!end.equals("completed")) {
            throw new IOException("migration " + end + ": " + qemu.messages());
        }
        return file;
    }

    /** What the human monitor answers. */
    String ask(String command) throws IOException {
        return qemu.qmp().human(command);
    }

    @Override
    public void close() throws IOException {
        qemu.close();
    }
}
