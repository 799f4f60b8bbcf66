package dev.ferry.testdata.qemu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Looks for a release where {@link QemuPeer#find} says, and asks each candidate its version. */
final class QemuPeerSearch {
    private static final String PROGRAM = "qemu-system-x86_64";
    private static final Pattern VERSION =
            Pattern.compile("QEMU emulator version (\\d+(\\.\\d+)+)");

    private QemuPeerSearch() {}

    static Optional<QemuPeer> search(QemuRelease release) {
        for (Path prefix : candidates(release)) {
            Optional<String> version = version(prefix.resolve("bin").resolve(PROGRAM));
            if (version.filter(release::includes).isPresent()) {
                return Optional.of(new QemuPeer(release, version.orElseThrow(), prefix));
            }
        }
        return Optional.empty();
    }

    private static Set<Path> candidates(QemuRelease release) {
        Set<Path> prefixes = new LinkedHashSet<>();
        String named = System.getenv(release.variable());
        if (named != null && !named.isEmpty()) {
            prefixes.add(Path.of(named, "usr"));
            prefixes.add(Path.of(named));
        }
        prefixes.add(cache().resolve("qemu-" + release.line()).resolve("usr"));
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            Path program = Path.of(directory, PROGRAM);
            if (!directory.isEmpty() && Files.isExecutable(program)) {
                prefixes.add(prefixOf(program));
            }
        }
        return prefixes;
    }

    private static Path cache() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path directory =
                cache == null || cache.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(cache);
        return directory.resolve("ferry/peers");
    }

    /** The directory above {@code bin}, or above the place that a symbolic link leads to. */
    private static Path prefixOf(Path program) {
        try {
            Path real = program.toRealPath();
            Path bin = real.getParent();
            if (bin != null && bin.endsWith("bin") && bin.getParent() != null) {
                return bin.getParent();
            }
        } catch (IOException e) {
            // It went away in between; asking its version will say so.
        }
        return program.resolve("../..").normalize();
    }

    private static Optional<String> version(Path program) {
        if (!Files.isExecutable(program)) {
            return Optional.empty();
        }
        try {
            Process process =
                    new ProcessBuilder(program.toString(), "-version")
                            .redirectErrorStream(true)
                            .start();
            try {
                process.getOutputStream().close();
                String output =
                        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    return Optional.empty();
                }
                Matcher version = VERSION.matcher(output);
                return version.find() ? Optional.of(version.group(1)) : Optional.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
