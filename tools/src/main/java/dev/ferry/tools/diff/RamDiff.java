package dev.ferry.tools.diff;

import dev.ferry.stream.ram.KeptPages;
import dev.ferry.stream.ram.PageDigests;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.tools.ram.PageSet;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares guest memory: digests of all pages first, then, from another reading, the first bytes
 * that differ.
 */
final class RamDiff {

    /** Ranges whose first bytes are looked for, all blocks together: their pages are in memory. */
    private static final int MAX_DETAILS = 4096;

    private final Side a;
    private final Side b;
    private final DiffReport report;
    private final Counts counts;
    private final List<String> notices;
    private final List<String> undetermined;

    /** Pages to be fetched, by the block's index on either side. */
    private final List<PageSet> wantedOfA = new ArrayList<>();

    private final List<PageSet> wantedOfB = new ArrayList<>();
    private long details;

    RamDiff(
            Side a,
            Side b,
            DiffReport report,
            Counts counts,
            List<String> notices,
            List<String> undetermined) {
        this.a = a;
        this.b = b;
        this.report = report;
        this.counts = counts;
        this.notices = notices;
        this.undetermined = undetermined;
    }

    void compare() throws IOException {
        String problem = problem();
        if (problem != null) {
            undetermined.add(problem);
            counts.undetermined();
        }
        List<BlockDiff> blocks = new ArrayList<>();
        for (RamBlock here : a.ram().blocks()) {
            blocks.add(pair(here, b.ram().block(here.id()), problem));
        }
        for (RamBlock there : b.ram().blocks()) {
            if (a.ram().block(there.id()) == null) {
                blocks.add(new BlockDiff(null, there, 0, 0, 0, 0, null));
            }
        }
        for (BlockDiff block : blocks) {
            if (!block.sameShape()) {
                counts.block();
            }
            counts.pages(block.differing());
        }
        order();
        tell(blocks);
        report.endBlocks();
    }

    private @Nullable String problem() {
        String here = a.memoryProblem();
        if (here != null) {
            return "A: " + here;
        }
        String there = b.memoryProblem();
        if (there != null) {
            return "B: " + there;
        }
        return a.ram().pageSize() != b.ram().pageSize() ? "the page sizes differ" : null;
    }

    private BlockDiff pair(RamBlock here, @Nullable RamBlock there, @Nullable String problem)
            throws IOException {
        if (there == null) {
            return new BlockDiff(here, null, 0, 0, 0, 0, null);
        }
        int pageSize = Math.max(1, a.ram().pageSize());
        long common = Math.min(here.usedLength(), there.usedLength()) / pageSize;
        String note = problem != null ? problem : blockProblem(here, there);
        if (note != null) {
            if (problem == null) {
                undetermined.add("block '" + here.id() + "': " + note);
                counts.undetermined();
            }
            return new BlockDiff(here, there, 0, 0, common, 0, note);
        }
        long[] found = new long[2];
        long hidden =
                PageDigests.compare(
                        a.digests(),
                        here,
                        b.digests(),
                        there,
                        (first, pages) -> {
                            want(here, there, first, found[0]);
                            found[0]++;
                            found[1] += pages;
                        });
        if (hidden > 0) {
            note = hidden + " pages are encrypted and cannot be compared without the key";
            undetermined.add("block '" + here.id() + "': " + note);
            counts.undetermined();
        }
        return new BlockDiff(here, there, common - hidden, found[1], hidden, found[0], note);
    }

    private @Nullable String blockProblem(RamBlock here, RamBlock there) {
        String problem = a.blockProblem(here);
        if (problem != null) {
            return "A: " + problem;
        }
        problem = b.blockProblem(there);
        return problem == null ? null : "B: " + problem;
    }

    private void want(RamBlock here, RamBlock there, long page, long before) {
        if (details < MAX_DETAILS && report.details(before)) {
            details++;
            set(wantedOfA, here).add(page, 1);
            set(wantedOfB, there).add(page, 1);
        }
    }

    private static PageSet set(List<PageSet> sets, RamBlock block) {
        while (sets.size() <= block.index()) {
            sets.add(new PageSet());
        }
        return sets.get(block.index());
    }

    private void order() {
        List<String> here = new ArrayList<>();
        List<String> there = new ArrayList<>();
        for (RamBlock block : a.ram().blocks()) {
            if (b.ram().block(block.id()) != null) {
                here.add(block.id());
            }
        }
        for (RamBlock block : b.ram().blocks()) {
            if (a.ram().block(block.id()) != null) {
                there.add(block.id());
            }
        }
        if (!here.equals(there)) {
            notices.add("RAM blocks come in another order");
        }
    }

    private void tell(List<BlockDiff> blocks) throws IOException {
        if (details == 0) {
            for (BlockDiff block : blocks) {
                block(block, (_, _) -> null, (_, _) -> null);
            }
            return;
        }
        try (KeptPages ofA = new KeptPages((block, page) -> wanted(wantedOfA, block, page));
                KeptPages ofB = new KeptPages((block, page) -> wanted(wantedOfB, block, page))) {
            Both.run(() -> a.readAgain(ofA), () -> b.readAgain(ofB));
            for (BlockDiff block : blocks) {
                block(block, ofA::page, ofB::page);
            }
        }
    }

    private static boolean wanted(List<PageSet> sets, RamBlock block, long page) {
        return block.index() < sets.size() && sets.get(block.index()).contains(page);
    }

    private void block(
            BlockDiff block,
            BiFunction<RamBlock, Long, @Nullable MemorySegment> contentsOfA,
            BiFunction<RamBlock, Long, @Nullable MemorySegment> contentsOfB)
            throws IOException {
        report.block(block);
        RamBlock here = block.a();
        RamBlock there = block.b();
        if (here != null && there != null && block.differing() > 0) {
            long pageSize = a.ram().pageSize();
            PageDigests.compare(
                    a.digests(),
                    here,
                    b.digests(),
                    there,
                    (first, pages) -> {
                        if (wanted(wantedOfA, here, first)) {
                            bytes(
                                    first * pageSize,
                                    pages,
                                    contentsOfA.apply(here, first),
                                    contentsOfB.apply(there, first));
                        } else {
                            report.range(first * pageSize, pages, -1, null, null);
                        }
                    });
        }
        report.endBlock(block);
    }

    private void bytes(
            long offset, long pages, @Nullable MemorySegment here, @Nullable MemorySegment there)
            throws IOException {
        int pageSize = a.ram().pageSize();
        MemorySegment zeros = MemorySegment.ofArray(new byte[pageSize]);
        MemorySegment one = here == null ? zeros : here;
        MemorySegment other = there == null ? zeros : there;
        long at = one.mismatch(other);
        if (at < 0) {
            // Both came with other contents than before: the inputs changed while they were read.
            throw new IOException("an input changed while it was read");
        }
        report.range(offset, pages, offset + at, one.asSlice(at), other.asSlice(at));
    }
}
