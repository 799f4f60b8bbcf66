package dev.ferry.tools.bench;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.sev.session.TransportKeys;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/**
 * Seals and opens packets of an SEV session in turn with OpenSSL's AES-128-CTR and HMAC-SHA256 of
 * as many bytes, on one core and on all.
 *
 * <pre>
 *   ./ferry bench sev [ROUNDS [SECONDS]]
 * </pre>
 *
 * OpenSSL cannot do both in one command; who does one after the other gets 1 / (1/aes + 1/hmac),
 * and that is what a ratio of 1 means.
 */
public final class SevPackets {

    private static final double GIGABYTE = 1e9;

    private final int rounds;
    private final int seconds;
    private final PrintStream out;

    private SevPackets(int rounds, int seconds, PrintStream out) {
        this.rounds = rounds;
        this.seconds = seconds;
        this.out = out;
    }

    public static void main(String[] args) throws IOException, InterruptedException, SevException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 5;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        new SevPackets(rounds, seconds, System.out).all();
    }

    private void all() throws IOException, InterruptedException, SevException {
        SecureRandom random = new SecureRandom();
        String load = new StringTokenizer(Files.readString(Path.of("/proc/loadavg"))).nextToken();
        out.printf(
                Locale.ROOT,
                "%d rounds of %d s after one that does not count, pages of 4 KiB;"
                        + " load average %s%n",
                rounds,
                seconds,
                load);
        out.printf(
                "%-8s %8s %8s %8s   %8s %-20s %8s %-20s%n",
                "GB/s",
                "aes-ctr",
                "hmac",
                "both",
                "seal",
                "ratio (limit 0.75)",
                "open",
                "ratio (limit 0.75)");
        try (TransportKeys keys = TransportKeys.random(random)) {
            compare(keys, 1);
            int cores = Runtime.getRuntime().availableProcessors();
            if (cores > 1) {
                compare(keys, cores);
            }
        }
    }

    /** One round's rates, in bytes a second. */
    private record Round(double aes, double hmac, double seal, double open) {
        double both() {
            return 1 / (1 / aes + 1 / hmac);
        }
    }

    private void compare(TransportKeys keys, int cores)
            throws IOException, InterruptedException, SevException {
        OpensslSpeed openssl = new OpensslSpeed(PacketBatch.PAGE_BYTES, seconds, cores);
        List<Round> all = new ArrayList<>();
        try (PacketWork work = cores == 1 ? new OneCore(keys) : new AllCores(keys, cores)) {
            for (int i = 0; i <= rounds; i++) {
                double aes = openssl.bytesPerSecond("-evp", "aes-128-ctr");
                double seal = rate(work, true);
                double hmac = openssl.bytesPerSecond("-hmac", "sha256");
                double open = rate(work, false);
                if (i > 0) {
                    all.add(new Round(aes, hmac, seal, open));
                }
            }
        }
        out.printf(
                Locale.ROOT,
                "%-8s %8.2f %8.2f %8.2f   %8.2f %-20s %8.2f %-20s%n",
                cores == 1 ? "1 core" : cores + " cores",
                median(all.stream().mapToDouble(Round::aes).toArray()) / GIGABYTE,
                median(all.stream().mapToDouble(Round::hmac).toArray()) / GIGABYTE,
                median(all.stream().mapToDouble(Round::both).toArray()) / GIGABYTE,
                median(all.stream().mapToDouble(Round::seal).toArray()) / GIGABYTE,
                ratios(all.stream().mapToDouble(round -> round.seal() / round.both()).toArray()),
                median(all.stream().mapToDouble(Round::open).toArray()) / GIGABYTE,
                ratios(all.stream().mapToDouble(round -> round.open() / round.both()).toArray()));
    }

    private double rate(PacketWork work, boolean seal) throws SevException {
        long bytes = 0;
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        long start = work.now();
        do {
            bytes += work.run(seal);
        } while (System.nanoTime() < end);
        work.finish();
        return bytes / ((work.now() - start) / 1e9);
    }

    private static String ratios(double[] ratios) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f..%.2f)",
                median(ratios),
                Arrays.stream(ratios).min().orElseThrow(),
                Arrays.stream(ratios).max().orElseThrow());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
