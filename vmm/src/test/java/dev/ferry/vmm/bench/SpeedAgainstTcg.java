package dev.ferry.vmm.bench;

import dev.ferry.testdata.qemu.QemuPeer;
import dev.ferry.testdata.qemu.QemuRelease;
import java.io.IOException;
import java.util.List;

/**
 * Runs guests in QEMU's translator and in the interpreter, in turn, and prints the times of each
 * phase and their ratio. Run {@code main} with the class path of the tests; the argument is how
 * many times, of which the best counts.
 */
public final class SpeedAgainstTcg {

    private static final List<TimedGuest> GUESTS =
            List.of(
                    new TimedGuest("kernel32.bin", 1, "sieve", "copy", "crc32", "doubles"),
                    new TimedGuest("kernel64.bin", 1, "sieve", "copy", "crc32", "doubles"),
                    new TimedGuest("capguest.bin", 8, "dirty A", "dirty B", "dirty C", "dirty D"));

    private SpeedAgainstTcg() {}

    /** Prints a line for each phase. */
    @SuppressWarnings("SystemOut") // this is a command
    public static void main(String[] args) throws IOException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        QemuPeer peer = QemuPeer.find(QemuRelease.V7_2).orElseThrow();
        System.out.printf(
                "%-14s %-8s %10s %10s %8s%n", "guest", "phase", "TCG ms", "ours ms", "TCG/ours");
        for (TimedGuest guest : GUESTS) {
            long[] tcg = new long[guest.phases().length];
            long[] ours = new long[tcg.length];
            for (int round = 0; round < rounds; round++) {
                least(tcg, guest.intervals(InQemu.run(peer, guest)), round);
                least(ours, guest.intervals(InInterpreter.run(guest)), round);
            }
            for (int i = 0; i < tcg.length; i++) {
                System.out.printf(
                        "%-14s %-8s %10.1f %10.1f %8.3f%n",
                        guest.image(),
                        guest.phases()[i],
                        tcg[i] / 1e6,
                        ours[i] / 1e6,
                        (double) tcg[i] / ours[i]);
            }
        }
    }

    private static void least(long[] best, long[] found, int round) {
        for (int i = 0; i < best.length; i++) {
            best[i] = round == 0 ? found[i] : Math.min(best[i], found[i]);
        }
    }
}
