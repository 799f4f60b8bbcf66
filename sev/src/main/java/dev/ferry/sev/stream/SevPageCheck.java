package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.sev.region.GfnSet;
import dev.ferry.stream.Findings;
import dev.ferry.stream.Place;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Function;

/**
 * Looks for what a sender of SEV guests got wrong: private pages in clear, deltas against content
 * that never was, a list of shared regions that the guest's calls cannot have made.
 *
 * <p>Takes two bits for each page that came. Only what lies in the guest's memory as such is looked
 * at: ROMs are sent in clear by right, and so is the flash that holds the variables.
 */
public final class SevPageCheck implements PageSink {

    /** Where pages are in the guest's physical memory. */
    public interface Addresses {

        /**
         * The stretches of a block that are the guest's memory; empty for ROMs and for anything
         * else that is no memory.
         */
        List<Stretch> of(RamBlock block);
    }

    /**
     * Neighbouring pages of a block at neighbouring page frames.
     *
     * @param page first page in the block
     * @param gfn its frame
     * @param pages how many
     */
    public record Stretch(long page, long gfn, long pages) {}

    /** Regions out of order, of which each is compared with all others. */
    private static final int LOOKED_INTO = 16;

    private final Findings findings;
    private final Function<PageRun, Place> places;
    private final List<RamBlock> blocks = new ArrayList<>();
    private final List<BitSet> encrypted = new ArrayList<>();
    private final List<BitSet> clear = new ArrayList<>();
    private int pageSize;

    /**
     * @param findings takes what is found
     * @param places where a run is, for messages
     */
    public SevPageCheck(Findings findings, Function<PageRun, Place> places) {
        this.findings = findings;
        this.places = places;
    }

    @Override
    public boolean wantsContents() {
        return false;
    }

    @Override
    public void blocks(List<RamBlock> list, int size) {
        pageSize = size;
        for (RamBlock block : list) {
            if (block.index() >= blocks.size()) {
                blocks.add(block);
                encrypted.add(new BitSet());
                clear.add(new BitSet());
            }
        }
    }

    @Override
    public void pages(PageRun run) {
        long first = run.offset() / pageSize;
        long end = first + run.count();
        if (end > Integer.MAX_VALUE) {
            // 8 TiB, which no SEV guest has.
            return;
        }
        BitSet hidden = encrypted.get(run.block().index());
        BitSet shown = clear.get(run.block().index());
        if (run.kind() == PageKind.ENCRYPTED) {
            hidden.set((int) first, (int) end);
            shown.clear((int) first, (int) end);
            return;
        }
        if (run.kind() == PageKind.XBZRLE && hidden.get((int) first)) {
            findings.error(
                    places.apply(run),
                    "XBZRLE after an encrypted version of the page: the delta is against what was"
                            + " sent before that, and the page is wrong now");
        }
        hidden.clear((int) first, (int) end);
        shown.set((int) first, (int) end);
    }

    /** Whether any page's last version came encrypted. */
    public boolean anyEncrypted() {
        return encrypted.stream().anyMatch(bits -> !bits.isEmpty());
    }

    /**
     * Looks at the list of shared regions itself, which AMD's sender builds wrongly when ranges
     * overlap or nest.
     *
     * @param ranges as they are on the wire
     * @param at the list
     */
    public static void list(List<GfnRange> ranges, Place at, Findings findings) {
        long overlaps = 0;
        long unordered = 0;
        GfnRange[] one = new GfnRange[2];
        for (int i = 1; i < ranges.size(); i++) {
            GfnRange before = ranges.get(i - 1);
            GfnRange range = ranges.get(i);
            if (range.start() >= before.start()) {
                if (range.start() < before.end()) {
                    overlaps++;
                    if (one[0] == null) {
                        one[0] = before;
                        one[1] = range;
                    }
                }
                continue;
            }
            if (++unordered <= LOOKED_INTO) {
                stale(ranges, i, at, findings);
            }
        }
        if (unordered > LOOKED_INTO) {
            findings.warning(at, "shared regions list: " + unordered + " regions out of order");
        }
        if (overlaps > 0) {
            findings.warning(
                    at,
                    "shared regions list: "
                            + (overlaps == 1
                                    ? "two regions overlap"
                                    : overlaps + " regions overlap")
                            + ", "
                            + one[0]
                            + " and "
                            + one[1]
                            + (overlaps == 1 ? "" : " first"));
        }
    }

    /**
     * A region behind one of higher frames was covered by another when the guest took pages of it
     * back; AMD's sender then shortens the covering region and forgets this one.
     */
    private static void stale(List<GfnRange> ranges, int index, Place at, Findings findings) {
        GfnRange range = ranges.get(index);
        GfnSet alone = GfnSet.of(List.of(range));
        for (int i = 0; i < ranges.size(); i++) {
            if (i != index) {
                alone = alone.without(ranges.get(i));
            }
        }
        String behind =
                "shared regions list: region " + range + " stands behind " + ranges.get(index - 1);
        if (alone.isEmpty()) {
            findings.warning(at, behind + ", out of order");
        } else {
            findings.error(
                    at,
                    behind
                            + ", as AMD's sender leaves a region that the guest made private again:"
                            + " private pages in clear, "
                            + alone.pages()
                            + " at frames "
                            + text(alone.toList()));
        }
    }

    private static String text(List<GfnRange> ranges) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ranges.size() && i < 5; i++) {
            text.append(i == 0 ? "" : ", ").append(ranges.get(i));
        }
        return text.append(ranges.size() > 5 ? ", ..." : "").toString();
    }

    /**
     * Compares what pages last came as with the list.
     *
     * @param shared the list, in any order
     * @param at the list
     */
    public void compare(List<GfnRange> shared, Addresses addresses, Place at) {
        List<GfnRange> inClear = new ArrayList<>();
        List<GfnRange> hidden = new ArrayList<>();
        for (RamBlock block : blocks) {
            for (Stretch stretch : addresses.of(block)) {
                BitSet isShared = bits(shared, stretch);
                BitSet wrong = part(clear.get(block.index()), stretch);
                wrong.andNot(isShared);
                ranges(wrong, stretch.gfn(), inClear);
                wrong = part(encrypted.get(block.index()), stretch);
                wrong.and(isShared);
                ranges(wrong, stretch.gfn(), hidden);
            }
        }
        if (!inClear.isEmpty()) {
            findings.error(
                    at,
                    "private pages in clear: the last version of "
                            + pages(inClear)
                            + " came unencrypted, though the list has them not as shared, at"
                            + " frames "
                            + text(inClear));
        }
        if (!hidden.isEmpty()) {
            findings.warning(
                    at,
                    "shared pages: the last version of "
                            + pages(hidden)
                            + " came encrypted, though the list has them as shared, at frames "
                            + text(hidden));
        }
    }

    private static String pages(List<GfnRange> ranges) {
        long pages = ranges.stream().mapToLong(GfnRange::pages).sum();
        return pages + (pages == 1 ? " page" : " pages");
    }

    private static BitSet bits(List<GfnRange> ranges, Stretch stretch) {
        BitSet bits = new BitSet();
        for (GfnRange range : ranges) {
            long from = Math.max(range.start(), stretch.gfn()) - stretch.gfn();
            long to = Math.min(range.end(), stretch.gfn() + stretch.pages()) - stretch.gfn();
            if (from < to) {
                bits.set((int) from, (int) to);
            }
        }
        return bits;
    }

    private static BitSet part(BitSet bits, Stretch stretch) {
        long end = Math.min(bits.length(), stretch.page() + stretch.pages());
        return stretch.page() >= end ? new BitSet() : bits.get((int) stretch.page(), (int) end);
    }

    private static void ranges(BitSet bits, long gfn, List<GfnRange> into) {
        for (int from = bits.nextSetBit(0); from >= 0; ) {
            int to = bits.nextClearBit(from);
            into.add(new GfnRange(gfn + from, gfn + to));
            from = bits.nextSetBit(to);
        }
    }
}
