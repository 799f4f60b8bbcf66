package dev.ferry.testdata.qemu;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * An installed or unpacked QEMU of one release.
 *
 * @param release its line
 * @param version what it calls itself, such as {@code 10.0.2}
 * @param prefix the directory that has {@code bin}, {@code lib} and {@code share}; {@code /usr} for
 *     an installed one
 */
public record QemuPeer(QemuRelease release, String version, Path prefix) {
    private static final Map<QemuRelease, Optional<QemuPeer>> FOUND = new ConcurrentHashMap<>();

    /**
     * The first QEMU of that release among: the directory its environment variable names, what
     * {@code testdata/peers/qemu10} has unpacked, and {@code PATH}.
     */
    public static Optional<QemuPeer> find(QemuRelease release) {
        return FOUND.computeIfAbsent(release, QemuPeerSearch::search);
    }

    /**
     * The QEMU of that release; without one the test that asks is skipped, or fails where {@code
     * CI=true} promises that everything is there. Needs JUnit.
     */
    public static QemuPeer require(QemuRelease release) {
        Optional<QemuPeer> found = find(release);
        if (found.isEmpty()) {
            String message =
                    "QEMU "
                            + release
                            + " is needed: see testdata/peers, or set "
                            + release.variable();
            if ("true".equals(System.getenv("CI"))) {
                Assertions.fail(message);
            }
            Assumptions.abort(message);
        }
        return found.orElseThrow();
    }

    /** The emulator of a target such as {@code x86_64}, if it is there. */
    public Optional<Path> emulator(String target) {
        return program("qemu-system-" + target);
    }

    /** A program that comes with QEMU, such as {@code qemu-img}, if it is there. */
    public Optional<Path> program(String name) {
        Path file = prefix.resolve("bin").resolve(name);
        return Files.isExecutable(file) ? Optional.of(file) : Optional.empty();
    }

    /**
     * The emulator and the options that keep it to its own files: another release's may be
     * installed beside it.
     *
     * @throws IllegalStateException if there is no emulator of that target
     */
    public List<String> command(String target) {
        Path emulator =
                emulator(target)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "no qemu-system-" + target + " in " + prefix));
        List<String> command = new ArrayList<>();
        command.add(emulator.toString());
        for (String data : List.of("share/qemu", "share/seabios")) {
            if (Files.isDirectory(prefix.resolve(data))) {
                command.add("-L");
                command.add(prefix.resolve(data).toString());
            }
        }
        return command;
    }

    /**
     * Sets what the emulator's environment needs. A build looks for its modules in {@code
     * QEMU_MODULE_DIR} first; one unpacked elsewhere than where it was built for could end up with
     * those of the installed release, which it refuses.
     */
    void prepare(Map<String, String> environment) {
        environment.remove("QEMU_MODULE_DIR");
        moduleDirectory()
                .ifPresent(directory -> environment.put("QEMU_MODULE_DIR", directory.toString()));
    }

    private Optional<Path> moduleDirectory() {
        // Debian's architecture directory, then what a build from source uses.
        String architecture = System.getProperty("os.arch", "").replace("amd64", "x86_64");
        return Stream.of("lib/" + architecture + "-linux-gnu/qemu", "lib/qemu", "lib64/qemu")
                .map(prefix::resolve)
                .filter(Files::isDirectory)
                .findFirst();
    }

    /** Release and place, for a test's display name. */
    @Override
    public String toString() {
        return "QEMU " + version + " in " + prefix;
    }
}
