package dev.ferry.tools.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A command run as a process of its own, its output thrown away. */
record TimedCommand(String label, List<String> words) implements Timed {

    TimedCommand {
        words = List.copyOf(words);
    }

    TimedCommand(String label, String... words) {
        this(label, List.of(words));
    }

    @Override
    public Run run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(new File("/dev/null"))
                        .start();
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        long peak = 0;
        // The kernel keeps the high-water mark; the last look before the end is close enough.
        while (!process.waitFor(2, java.util.concurrent.TimeUnit.MILLISECONDS)) {
            peak = Math.max(peak, highWaterMark(status));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", words) + ": exit code " + process.exitValue());
        }
        return new Run(seconds, peak);
    }

    private static long highWaterMark(Path status) throws IOException {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("[^0-9]", ""));
                }
            }
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }
}
