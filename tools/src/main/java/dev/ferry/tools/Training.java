package dev.ferry.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs typical commands in one JVM, so that the archive of loaded and linked classes which that JVM
 * writes at its end serves them all. Started by the launcher, not by users.
 */
final class Training {

    private Training() {}

    /**
     * Runs the commands listed in a file.
     *
     * @param args a file of command lines, one a line; {@code #} begins a comment
     */
    public static void main(String[] args) throws IOException {
        StandardOutput.install();
        int failed = run(Path.of(args[0]), System.err);
        System.err.println("failed: " + failed);
    }

    /** How many of the commands could not be run at all; what they print is of no interest. */
    static int run(Path commands, PrintStream log) throws IOException {
        int failed = 0;
        for (String line : Files.readAllLines(commands, StandardCharsets.UTF_8)) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            try {
                log.println(line + ": " + Main.run(line.strip().split(" +")));
            } catch (RuntimeException | LinkageError e) {
                // The archive is then without what this one would have loaded, and still worth
                // having.
                failed++;
                log.println(line + ": " + e);
            }
        }
        return failed;
    }
}
