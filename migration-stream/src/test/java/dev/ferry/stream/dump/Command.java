package dev.ferry.stream.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Programs of others, as a second opinion. */
final class Command {

    private Command() {}

    /** Gives the test up when the program is missing; fails it where CI promised it. */
    static void require(String name) {
        for (String path : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(path, name))) {
                return;
            }
        }
        if ("true".equals(System.getenv("CI"))) {
            fail(name + " must be installed where CI=true");
        }
        Assumptions.abort(name + " is not installed");
    }

    /** What a command prints, errors included. */
    static String output(String... command) throws IOException {
        return feed(Path.of("/dev/null"), command);
    }

    /** What a command prints that reads a file. */
    static String feed(Path input, String... command) throws IOException {
        Path out = Files.createTempFile("ferry-command", ".out");
        try {
            Process process =
                    new ProcessBuilder(List.of(command))
                            .redirectInput(input.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(out.toFile())
                            .start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                fail(String.join(" ", command) + " does not end");
            }
            String text = Files.readString(out, StandardCharsets.ISO_8859_1);
            assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + text);
            return text;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        } finally {
            Files.delete(out);
        }
    }
}
