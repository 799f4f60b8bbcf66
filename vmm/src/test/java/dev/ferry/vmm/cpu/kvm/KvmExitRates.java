package dev.ferry.vmm.cpu.kvm;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Port exits per second of a vCPU, all the way to the machine's port and back, in turn with a loop
 * in C that does nothing but enter the guest again.
 *
 * <pre>
 *   ./ferry bench kvm [ROUNDS [EXITS]]
 * </pre>
 *
 * Ours runs in this process, warm; every round of the C program is a process of its own, which does
 * a tenth of the exits before it looks at the clock.
 */
public final class KvmExitRates {

    private final int rounds;
    private final int exits;
    private final Path peer;
    private final PrintStream out;

    private KvmExitRates(int rounds, int exits, Path peer, PrintStream out) {
        this.rounds = rounds;
        this.exits = exits;
        this.peer = peer;
        this.out = out;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
        int exits = args.length > 1 ? Integer.parseInt(args[1]) : 100_000;
        Path directory = Files.createTempDirectory("kvmexits");
        try {
            Path peer = compile(directory);
            KvmExitRates rates = new KvmExitRates(rounds, exits, peer, System.out);
            System.out.printf(
                    "%d rounds of %d exits after one that does not count%n", rounds, exits);
            System.out.printf(
                    "%-10s %12s %12s   %s%n", "exits/s", "C", "ferry", "ratio (limit 0.9)");
            rates.compare("real", KvmMachine.realMode(0x1000));
            rates.compare("protected", KvmMachine.protectedMode(0x1000));
        } finally {
            for (String name : List.of("kvmexits.c", "kvmexits")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static Path compile(Path directory) throws IOException, InterruptedException {
        Path source = directory.resolve("kvmexits.c");
        try (InputStream in =
                Objects.requireNonNull(KvmExitRates.class.getResourceAsStream("kvmexits.c"))) {
            Files.copy(in, source);
        }
        Path program = directory.resolve("kvmexits");
        int status =
                new ProcessBuilder("cc", "-O2", "-o", program.toString(), source.toString())
                        .inheritIO()
                        .start()
                        .waitFor();
        if (status != 0) {
            throw new IOException("cc: status " + status);
        }
        return program;
    }

    /** Counts what the guest sends to a port, and has enough at some point. */
    private static final class Counter extends RecordingHost {
        private int left;
        private Runnable enough = () -> {};

        @Override
        public void portOut(int port, int size, int value) {
            if (--left == 0) {
                enough.run();
            }
        }
    }

    private void compare(String mode, CpuState state) throws IOException, InterruptedException {
        Counter counter = new Counter();
        try (KvmMachine machine = new KvmMachine(2 << 20, counter)) {
            Vcpu vcpu = machine.vcpu();
            counter.enough = vcpu::kick;
            machine.put(0x1000, 0xee, 0xeb, 0xfd); // again: out dx, al; jmp again
            state.regs[2] = 0x80;
            vcpu.load(state);
            double[] ours = new double[rounds];
            double[] theirs = new double[rounds];
            double[] ratios = new double[rounds];
            for (int i = -1; i < rounds; i++) {
                double c = peer(mode);
                counter.left = exits;
                long start = System.nanoTime();
                vcpu.run();
                double java = exits / ((System.nanoTime() - start) / 1e9);
                if (i >= 0) {
                    ours[i] = java;
                    theirs[i] = c;
                    ratios[i] = java / c;
                }
            }
            Arrays.sort(ratios);
            out.printf(
                    Locale.ROOT,
                    "%-10s %12.0f %12.0f   %.2f (%.2f..%.2f)%n",
                    mode,
                    median(theirs),
                    median(ours),
                    median(ratios),
                    ratios[0],
                    ratios[rounds - 1]);
        }
    }

    private double peer(String mode) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(peer.toString(), mode, Integer.toString(exits))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        if (process.waitFor() != 0) {
            throw new IOException("the C program failed");
        }
        return Double.parseDouble(said.strip());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
