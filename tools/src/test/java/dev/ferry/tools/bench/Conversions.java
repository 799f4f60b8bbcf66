package dev.ferry.tools.bench;

import dev.ferry.testdata.qemu.MigrationSettings;
import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuRelease;
import dev.ferry.tools.bench.Timed.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Times conversions of 1 and 4 GiB of random memory beside copying the same file to the same place,
 * and beside QEMU loading and saving it.
 *
 * <pre>
 *   ./ferry bench convert [ROUNDS [DIRECTORY]]
 * </pre>
 *
 * Ours forces the output to the disk before it appears, so the copy is timed both as {@code cp}
 * does it and with a {@code sync} of the copy behind. DIRECTORY (default: the temporary one) needs
 * room for three times the memory.
 */
public final class Conversions {

    private final String ferry = System.getProperty("ferry.launcher", "ferry");
    private final Path directory;
    private final PairedRuns runs;
    private final PrintStream out;

    private Conversions(int rounds, Path directory, PrintStream out) {
        this.directory = directory;
        this.runs = new PairedRuns(rounds, out);
        this.out = out;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "ferry-bench-");
        try {
            Conversions bench = new Conversions(rounds, directory, System.out);
            bench.runs.head();
            bench.size(1);
            bench.size(4);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void size(int gibibytes) throws IOException, InterruptedException {
        String size = gibibytes + " GiB ";
        Path stream = directory.resolve("random.mig");
        Path mapped = directory.resolve("random.mapped");
        Path output = directory.resolve("output");
        LargeStream.write(stream, LargeStream.Content.RANDOM, gibibytes << 10);
        Timed toMapped = convert(size + "stream to mapped-ram", stream, "mapped-ram", mapped);
        long peak = beside(toMapped, stream, output);
        qemu(toMapped, gibibytes, stream, MigrationSettings.PLAIN, MigrationSettings.mappedRam());
        Timed toStream = convert(size + "mapped-ram to stream", mapped, "stream", output);
        Path copy = directory.resolve("copy");
        peak = Math.max(peak, beside(toStream, mapped, copy));
        Files.delete(copy);
        qemu(toStream, gibibytes, mapped, MigrationSettings.mappedRam(), MigrationSettings.PLAIN);
        Timed toRaw = convert(size + "stream to raw", stream, "raw", output);
        peak = Math.max(peak, beside(toRaw, stream, copy));
        Files.delete(copy);
        Timed toZstd = convert(size + "stream to libvirt:zstd", stream, "libvirt:zstd", output);
        List<Run> zstd =
                runs.pair(
                        toZstd,
                        new TimedCommand(
                                "zstd -T0",
                                "zstd",
                                "-q",
                                "-f",
                                "-T0",
                                stream.toString(),
                                "-o",
                                copy.toString()),
                        "");
        peak = Math.max(peak, PairedRuns.peakMib(zstd));
        out.printf("peak memory, %s: %d MiB (limit 160)%n", size.strip(), peak);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Times a conversion beside copies of its input; returns the most memory it took, in MiB. */
    private long beside(Timed ours, Path input, Path copy)
            throws IOException, InterruptedException {
        String cp = "cp '" + input + "' '" + copy + "'";
        List<Run> plain =
                runs.pair(
                        ours, new TimedCommand("cp", "cp", input.toString(), copy.toString()), "2");
        runs.pair(
                ours, new TimedCommand("cp, sync", "sh", "-c", cp + " && sync '" + copy + "'"), "");
        return PairedRuns.peakMib(plain);
    }

    private void qemu(
            Timed ours,
            int gibibytes,
            Path input,
            MigrationSettings loading,
            MigrationSettings saving)
            throws IOException, InterruptedException {
        Optional<QemuPeer> peer = QemuPeer.find(QemuRelease.V10_0);
        if (peer.isEmpty()) {
            out.println("QEMU 10.0 is not here to be timed");
            return;
        }
        Path place = Files.createDirectories(directory.resolve("qemu"));
        runs.pair(
                ours,
                new QemuRewrite(
                        peer.get(),
                        gibibytes << 10,
                        input,
                        loading,
                        directory.resolve("rewritten"),
                        saving,
                        place),
                "0.5");
        Files.deleteIfExists(directory.resolve("rewritten"));
    }

    private Timed convert(String label, Path input, String format, Path output) {
        return new TimedCommand(
                label, ferry, "convert", input.toString(), "-o", output.toString(), "--to", format);
    }
}
