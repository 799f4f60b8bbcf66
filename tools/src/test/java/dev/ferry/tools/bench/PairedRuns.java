package dev.ferry.tools.bench;

import dev.ferry.tools.bench.Timed.Run;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/**
 * Times ours and a peer in turn, so that a machine whose speed drifts moves both, and prints
 * medians and the median of the rounds' ratios.
 */
final class PairedRuns {

    private static final int KIB_PER_MIB = 1024;

    private final int rounds;
    private final PrintStream out;

    PairedRuns(int rounds, PrintStream out) {
        this.rounds = rounds;
        this.out = out;
    }

    void head() throws IOException {
        String load = new StringTokenizer(Files.readString(Path.of("/proc/loadavg"))).nextToken();
        out.printf(
                Locale.ROOT,
                "%d rounds after one that does not count; load average %s%n",
                rounds,
                load);
        out.printf(
                "%-34s %9s %9s   %-26s %9s   %s%n",
                "ours", "median s", "min s", "peer", "median s", "ratio (limit)");
    }

    List<Run> alone(Timed command, String limit) throws IOException, InterruptedException {
        List<Run> runs = new ArrayList<>();
        command.run();
        for (int i = 0; i < rounds; i++) {
            runs.add(command.run());
        }
        double[] seconds = seconds(runs);
        out.printf(
                Locale.ROOT,
                "%-34s %9.3f %9.3f   %-26s %9s   (limit %s)%n",
                command.label(),
                median(seconds),
                min(seconds),
                "",
                "",
                limit);
        return runs;
    }

    List<Run> pair(Timed ours, Timed peer, String limit) throws IOException, InterruptedException {
        ours.run();
        peer.run();
        List<Run> mine = new ArrayList<>();
        List<Run> theirs = new ArrayList<>();
        double[] ratios = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            mine.add(ours.run());
            theirs.add(peer.run());
            ratios[i] = mine.get(i).seconds() / theirs.get(i).seconds();
        }
        out.printf(
                Locale.ROOT,
                "%-34s %9.3f %9.3f   %-26s %9.3f   %.2f (%.2f..%.2f)%s%n",
                ours.label(),
                median(seconds(mine)),
                min(seconds(mine)),
                peer.label(),
                median(seconds(theirs)),
                median(ratios),
                min(ratios),
                Arrays.stream(ratios).max().orElseThrow(),
                limit.isEmpty() ? "" : " (limit " + limit + ")");
        return mine;
    }

    static long peakMib(List<Run> runs) {
        return runs.stream().mapToLong(Run::peakKib).max().orElseThrow() / KIB_PER_MIB;
    }

    private static double[] seconds(List<Run> runs) {
        return runs.stream().mapToDouble(Run::seconds).toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double min(double[] values) {
        return Arrays.stream(values).min().orElseThrow();
    }
}
