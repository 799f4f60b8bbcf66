package dev.ferry.tools.bench;

import dev.ferry.tools.bench.Timed.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * Times the reading commands beside their peers.
 *
 * <pre>
 *   ./ferry bench commands [ROUNDS [DIRECTORY]]
 * </pre>
 *
 * Streams of 1 and 4 GiB are made in DIRECTORY (default: the temporary one) and removed at the end.
 * {@code FERRY_ANALYZE_MIGRATION} names QEMU's scripts/analyze-migration.py, if it is there.
 */
public final class WholeCommands {

    private final String ferry = System.getProperty("ferry.launcher", "ferry");
    private final PairedRuns runs;
    private final Path directory;
    private final PrintStream out;

    private WholeCommands(int rounds, Path directory, PrintStream out) {
        this.runs = new PairedRuns(rounds, out);
        this.directory = directory;
        this.out = out;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "ferry-bench-");
        try {
            new WholeCommands(rounds, directory, System.out).all();
        } finally {
            try (var files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private void all() throws IOException, InterruptedException {
        runs.head();
        startUp();
        Path zero = stream("zero-1g.mig", LargeStream.Content.ZERO, 1024);
        Path one = stream("random-1g.mig", LargeStream.Content.RANDOM, 1024);
        TimedCommand inspectOne = ours("inspect 1 GiB random", "inspect", one);
        List<Run> zeroRuns = runs.alone(ours("inspect 1 GiB zero", "inspect", zero), "0.14 s");
        runs.pair(inspectOne, new TimedCommand("cat", "cat", one.toString()), "");
        analyser(one).ifPresent(peer -> quietly(() -> runs.pair(inspectOne, peer, "0.35")));
        TimedCommand digest = ours("inspect --digest 1 GiB random", "inspect --digest", one);
        runs.pair(
                digest,
                new TimedCommand(
                        "openssl dgst -sha256", "openssl", "dgst", "-sha256", one.toString()),
                "");
        Path four = stream("random-4g.mig", LargeStream.Content.RANDOM, 4096);
        List<Run> fourRuns =
                runs.pair(
                        ours("inspect 4 GiB random", "inspect", four),
                        new TimedCommand("cat", "cat", four.toString()),
                        "2.0");
        out.printf(
                "peak memory: inspect 4 GiB %d MiB (limit 120), inspect 1 GiB zero %d MiB%n",
                PairedRuns.peakMib(fourRuns), PairedRuns.peakMib(zeroRuns));
    }

    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void quietly(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            out.println("  " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void startUp() throws IOException, InterruptedException {
        List<String> hello = new ArrayList<>();
        hello.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        StringTokenizer options = new StringTokenizer(System.getProperty("ferry.options", ""));
        while (options.hasMoreTokens()) {
            hello.add(options.nextToken());
        }
        hello.addAll(List.of("-cp", System.getProperty("java.class.path"), Hello.class.getName()));
        runs.pair(
                new TimedCommand("ferry --version", ferry, "--version"),
                new TimedCommand("java Hello", hello),
                "1.5");
    }

    private Optional<TimedCommand> analyser(Path stream) {
        String script = System.getenv("FERRY_ANALYZE_MIGRATION");
        if (script == null) {
            out.println("analyze-migration.py: FERRY_ANALYZE_MIGRATION does not say where it is");
            return Optional.empty();
        }
        return Optional.of(
                new TimedCommand(
                        "analyze-migration.py -d state",
                        "python3",
                        script,
                        "-f",
                        stream.toString(),
                        "-d",
                        "state"));
    }

    private TimedCommand ours(String label, String verb, Path file) {
        List<String> words = new ArrayList<>(List.of(ferry));
        words.addAll(
                Collections.list(new StringTokenizer(verb)).stream()
                        .map(Object::toString)
                        .toList());
        words.add(file.toString());
        return new TimedCommand(label, words);
    }

    private Path stream(String name, LargeStream.Content content, int mebibytes)
            throws IOException {
        Path file = directory.resolve(name);
        LargeStream.write(file, content, mebibytes);
        return file;
    }
}
