package dev.ferry.tools.run;

import dev.ferry.tools.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** {@code ferry run} in a process of its own, as the launcher starts it. Closing kills it. */
final class RunningFerry implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final BufferedReader errors;
    private final List<String> said = new ArrayList<>();

    private RunningFerry(Process process) {
        this.process = process;
        this.errors =
                new BufferedReader(
                        new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8));
    }

    static RunningFerry start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xlog:disable",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run"));
        command.addAll(List.of(arguments));
        return new RunningFerry(new ProcessBuilder(command).start());
    }

    /** The process, for signals and standard streams. */
    Process process() {
        return process;
    }

    /** Sends a signal as kill does. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /** Reads what it prints up to and with that. */
    String awaitOutput(Predicate<String> complete) throws IOException {
        StringBuilder text = new StringBuilder();
        while (!complete.test(text.toString())) {
            int value = process.getInputStream().read();
            if (value < 0) {
                throw new IOException("it ended after printing '" + text + "', " + rest());
            }
            text.append((char) value);
        }
        return text.toString();
    }

    /** Waits for a line on standard error. */
    String awaitError(Predicate<String> wanted) throws IOException {
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            said.add(line);
            if (wanted.test(line)) {
                return line;
            }
        }
        throw new IOException("it said nothing of the kind: " + said);
    }

    /** Waits for its end. */
    int exit() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end; said " + said);
        }
        return process.exitValue();
    }

    /** All that it said on standard error. */
    List<String> rest() throws IOException {
        for (String line = errors.readLine(); line != null; line = errors.readLine()) {
            said.add(line);
        }
        return List.copyOf(said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
