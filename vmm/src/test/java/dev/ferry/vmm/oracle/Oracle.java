package dev.ferry.vmm.oracle;

import dev.ferry.testdata.qemu.QemuPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Has sequences run by both, and makes those that differ as small as they get. */
final class Oracle {

    private final QemuPeer peer;
    private final Path directory;

    private final Set<Long> skipped = new TreeSet<>();

    Oracle(QemuPeer peer, Path directory) {
        this.peer = peer;
        this.directory = directory;
    }

    /**
     * Runs sequences from consecutive seeds.
     *
     * @return a line for each that differs
     */
    List<String> differences(Mode mode, long seed, int count, int atMost) throws IOException {
        List<Sequence> sequences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sequences.add(Generator.sequence(mode, seed + i, i));
        }
        List<@Nullable String> found = run(mode, sequences);
        List<String> reports = new ArrayList<>();
        for (int i = 0; i < count && reports.size() < atMost; i++) {
            if (found.get(i) != null) {
                reports.add(report(sequences.get(i), i));
            }
        }
        return reports;
    }

    /** Seeds of sequences that QEMU did not survive. */
    Set<Long> skipped() {
        return skipped;
    }

    private List<@Nullable String> run(Mode mode, List<Sequence> sequences) throws IOException {
        byte[] records = Records.image(mode, sequences);
        byte[] ours = InterpreterRun.run(records);
        byte[] qemu;
        try {
            qemu = QemuRun.run(peer, directory, records);
        } catch (IOException e) {
            return QemuRun.endsItself(e) ? halves(mode, sequences) : rethrow(e);
        }
        List<@Nullable String> found = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            found.add(Comparison.difference(qemu, ours, i, sequences.get(i).kind().equals("M")));
        }
        return found;
    }

    private static List<@Nullable String> rethrow(IOException e) throws IOException {
        throw e;
    }

    /**
     * There are sequences that kill QEMU (7.2 divides the least number by minus one on the host).
     * They are looked for, and left out.
     */
    private List<@Nullable String> halves(Mode mode, List<Sequence> sequences) throws IOException {
        List<Integer> alive = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            if (!sequences.get(i).units().isEmpty()) {
                alive.add(i);
            }
        }
        List<@Nullable String> found = new ArrayList<>();
        sequences.forEach(s -> found.add(null));
        if (alive.size() < 2) {
            skipped.addAll(alive.stream().map(i -> sequences.get(i).seed()).toList());
            return found;
        }
        for (boolean upper : new boolean[] {false, true}) {
            List<Sequence> half = new ArrayList<>(sequences);
            for (int k = 0; k < alive.size(); k++) {
                if (k < alive.size() / 2 == upper) {
                    half.set(alive.get(k), empty(sequences.get(alive.get(k))));
                }
            }
            List<@Nullable String> part = run(mode, half);
            for (int i = 0; i < part.size(); i++) {
                if (part.get(i) != null) {
                    found.set(i, part.get(i));
                }
            }
        }
        return found;
    }

    /** Takes instructions away, as long as there is a difference. */
    private String report(Sequence sequence, int index) throws IOException {
        Sequence smallest = sequence;
        while (true) {
            List<Sequence> smaller = new ArrayList<>();
            for (int i = 0; i < smallest.units().size(); i++) {
                if (!smallest.isGone(i)) {
                    smaller.add(smallest.without(i));
                }
            }
            Sequence next = null;
            for (Sequence candidate : smaller) {
                if (difference(candidate, index) != null) {
                    next = candidate;
                    break;
                }
            }
            if (next == null) {
                return "%s seed %d kind %s record %d flags %x: %s%s"
                        .formatted(
                                smallest.mode(),
                                smallest.seed(),
                                smallest.kind(),
                                index,
                                smallest.flags(),
                                difference(smallest, index),
                                smallest.listing());
            }
            smallest = next;
        }
    }

    private @Nullable String difference(Sequence sequence, int index) throws IOException {
        // The same record as before, because of the addresses; those before it end at once.
        List<Sequence> all = new ArrayList<>();
        for (int i = 0; i < index; i++) {
            all.add(empty(sequence));
        }
        all.add(sequence);
        return run(sequence.mode(), all).get(index);
    }

    private static Sequence empty(Sequence s) {
        return new Sequence(
                s.mode(), s.kind(), s.seed(), s.regs(), s.flags(), s.fx(), s.scratch(), List.of());
    }
}
