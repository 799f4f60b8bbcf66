package dev.ferry.stream.dump;

import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which blocks of a PC are its main memory, in which order, and which are memory devices plugged in
 * beside it.
 */
final class MemoryBackends {

    private static final Set<String> BOARD_BLOCKS =
            Set.of("pc.bios", "pc.rom", "isa-bios", "system.flash0", "system.flash1", "vga.vram");

    private final @Nullable SratTable srat;
    private final List<String> evidence;
    private final List<RamBlock> main = new ArrayList<>();
    private final List<RamBlock> others = new ArrayList<>();

    /** Not found out: there are several ways to take the blocks. */
    private boolean ambiguous;

    /**
     * Sorts the blocks.
     *
     * @param total bytes of main memory, or -1 if unknown
     * @param evidence takes sentences about how
     */
    MemoryBackends(
            List<RamBlock> blocks, long total, @Nullable SratTable srat, List<String> evidence) {
        this.srat = srat;
        this.evidence = evidence;
        List<RamBlock> backends = new ArrayList<>();
        for (RamBlock block : blocks) {
            if (block.id().equals("pc.ram") || block.id().equals("microvm.ram")) {
                main.add(block);
            } else if (isBackend(block)) {
                backends.add(block);
            }
        }
        if (main.isEmpty()) {
            choose(backends, total);
        }
        for (RamBlock block : backends) {
            if (!main.contains(block)) {
                others.add(block);
            }
        }
    }

    /** Whether a block may be a memory backend that a user named: the others have a path. */
    private static boolean isBackend(RamBlock block) {
        return block.usedLength() > 0
                && block.id().indexOf('/') < 0
                && !BOARD_BLOCKS.contains(block.id());
    }

    /** Whether there are blocks that a user named, whose places the block list does not tell. */
    static boolean among(List<RamBlock> blocks) {
        for (RamBlock block : blocks) {
            if (isBackend(block)
                    && !block.id().equals("pc.ram")
                    && !block.id().equals("microvm.ram")) {
                return true;
            }
        }
        return false;
    }

    /** Blocks that follow each other from address 0 on; empty if that is unknown. */
    List<RamBlock> main() {
        return ambiguous ? List.of() : main;
    }

    /** The other blocks that a user named. */
    List<RamBlock> others() {
        return others;
    }

    /** Names of all blocks that a user named, for messages. */
    String names() {
        StringBuilder names = new StringBuilder();
        for (List<RamBlock> some : List.of(main, others)) {
            for (RamBlock block : some) {
                names.append(names.isEmpty() ? "" : ", ").append(block.id());
            }
        }
        return names.toString();
    }

    private void choose(List<RamBlock> backends, long total) {
        long all = total(backends);
        if (backends.size() == 1 && (total < 0 || total == all)) {
            main.addAll(backends);
        } else if (srat != null && byNodes(backends, srat)) {
            return;
        } else if (all == total && backends.size() > 1) {
            main.addAll(ordered(backends, "blocks " + names(backends) + " follow each other"));
        } else {
            List<RamBlock> fitting = new ArrayList<>();
            for (RamBlock block : backends) {
                if (block.usedLength() == total) {
                    fitting.add(block);
                }
            }
            if (fitting.size() == 1) {
                main.add(fitting.getFirst());
                evidence.add(
                        "main memory is block '"
                                + fitting.getFirst().id()
                                + "': the only one as long as the RTC's CMOS says");
            } else {
                ambiguous = true;
            }
        }
    }

    /** Takes for each node the block of its length. */
    private boolean byNodes(List<RamBlock> backends, SratTable table) {
        List<Long> lengths = table.nodeLengths();
        List<RamBlock> left = new ArrayList<>(backends);
        List<RamBlock> chosen = new ArrayList<>();
        Set<Long> several = new HashSet<>();
        for (long length : lengths) {
            List<RamBlock> fitting = new ArrayList<>();
            for (RamBlock block : left) {
                if (block.usedLength() == length) {
                    fitting.add(block);
                }
            }
            if (fitting.isEmpty()) {
                return false;
            }
            if (fitting.size() > 1) {
                several.add(length);
            }
            RamBlock first = sorted(fitting).getFirst();
            chosen.add(first);
            left.remove(first);
        }
        main.addAll(chosen);
        if (several.isEmpty()) {
            evidence.add(
                    lengths.size() == 1
                            ? "main memory is block '" + names(chosen) + "' (ACPI SRAT)"
                            : "blocks "
                                    + names(chosen)
                                    + " follow each other in this order: ACPI SRAT tells the"
                                    + " lengths of the NUMA nodes");
        } else {
            evidence.add(
                    "blocks "
                            + names(chosen)
                            + " have the lengths of the NUMA nodes (ACPI SRAT); the order of those"
                            + " of equal length is "
                            + (known(chosen) ? "told by x-ignore-shared" : "taken from the names"));
        }
        return true;
    }

    /** Blocks in the order they have in memory, with a sentence about how that is known. */
    List<RamBlock> ordered(List<RamBlock> blocks, String what) {
        List<RamBlock> sorted = sorted(blocks);
        String order = sorted.size() == 1 ? "" : " in the order " + names(sorted);
        evidence.add(
                what
                        + order
                        + (known(blocks)
                                ? " (x-ignore-shared tells their places)"
                                : sorted.size() == 1
                                        ? ""
                                        : " (taken from the names; the stream does not tell)"));
        return sorted;
    }

    /** Whether the stream tells where in their container the blocks are. */
    static boolean known(List<RamBlock> blocks) {
        Set<Long> addresses = new HashSet<>();
        for (RamBlock block : blocks) {
            if (block.guestAddress().isEmpty()
                    || !addresses.add(block.guestAddress().getAsLong())) {
                return false;
            }
        }
        return true;
    }

    private static List<RamBlock> sorted(List<RamBlock> blocks) {
        List<RamBlock> sorted = new ArrayList<>(blocks);
        if (known(blocks)) {
            sorted.sort(Comparator.comparingLong(b -> b.guestAddress().orElse(0)));
            return sorted;
        }
        sorted.sort(Comparator.comparing(RamBlock::id, new NaturalOrder()));
        return sorted;
    }

    static String names(List<RamBlock> blocks) {
        StringBuilder names = new StringBuilder();
        for (RamBlock block : blocks) {
            names.append(names.isEmpty() ? "" : ", ").append(block.id());
        }
        return names.toString();
    }

    static long total(List<RamBlock> blocks) {
        long total = 0;
        for (RamBlock block : blocks) {
            total += block.usedLength();
        }
        return total;
    }
}
