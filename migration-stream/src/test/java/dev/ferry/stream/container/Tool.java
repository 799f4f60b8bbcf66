package dev.ferry.stream.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Real command line tools, as a second opinion. */
final class Tool {

    private Tool() {}

    /** Gives the test up when the tool is missing; fails it where CI promised the tool. */
    static void require(String name) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return;
            }
        }
        missing(name);
    }

    /** What {@link #require} does about something that is not there. */
    static void missing(String name) {
        if ("true".equals(System.getenv("CI"))) {
            fail(name + " must be installed where CI=true");
        }
        Assumptions.abort(name + " is not installed");
    }

    /** What {@code command} prints when fed with {@code input}. */
    static byte[] filter(byte[] input, String... command) throws IOException {
        Path in = Files.createTempFile("ferry-tool", ".in");
        Path out = Files.createTempFile("ferry-tool", ".out");
        Path err = Files.createTempFile("ferry-tool", ".err");
        try {
            Files.write(in, input);
            Process process =
                    new ProcessBuilder(new ArrayList<>(List.of(command)))
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail(String.join(" ", command) + " does not end");
            }
            assertEquals(
                    0,
                    process.exitValue(),
                    () -> String.join(" ", command) + ": " + readString(err));
            return Files.readAllBytes(out);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.delete(in);
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
