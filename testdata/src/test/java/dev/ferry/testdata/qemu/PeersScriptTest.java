package dev.ferry.testdata.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code peers/qemu10} where there is nothing to fetch. */
class PeersScriptTest {
    @TempDir Path directory;

    private record Result(int exit, String out) {}

    @Test
    void whatIsUnpackedIsFoundWithoutTheNetwork() throws IOException, InterruptedException {
        Path unpacked = directory.resolve("ferry/peers/qemu-10.0");
        Files.createDirectories(unpacked);
        Files.createSymbolicLink(
                unpacked.resolve("usr"), QemuPeer.require(QemuRelease.V10_0).prefix());
        assertEquals(
                new Result(0, unpacked + "\n"),
                run(Map.of("XDG_CACHE_HOME", directory.toString(), "FERRY_QEMU10", "")));
    }

    @Test
    void namedDirectoryIsTakenAsItIs() throws IOException, InterruptedException {
        String prefix = QemuPeer.require(QemuRelease.V10_0).prefix().toString();
        assertEquals(new Result(0, prefix + "\n"), run(Map.of("FERRY_QEMU10", prefix)));
    }

    @Test
    void namedDirectoryWithoutTheReleaseIsAnError() throws IOException, InterruptedException {
        Result result = run(Map.of("FERRY_QEMU10", directory.toString()));
        assertEquals(1, result.exit());
        assertTrue(result.out().startsWith("qemu10: FERRY_QEMU10="), result::toString);
    }

    private static Result run(Map<String, String> environment)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("peers/qemu10").redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return new Result(process.exitValue(), out);
    }
}
