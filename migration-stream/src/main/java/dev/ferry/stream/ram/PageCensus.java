package dev.ferry.stream.ram;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often each page came, so that a second reading knows when it meets a page for the last
 * time. Takes a bit for each page, and two bytes more in stretches of memory where pages came
 * again.
 */
public final class PageCensus implements PageSink {

    private static final int STRETCH_BITS = 14;
    private static final int STRETCH = 1 << STRETCH_BITS;

    private final List<@Nullable Stretch[]> blocks = new ArrayList<>();
    private final List<long[]> received = new ArrayList<>();
    private int pageSize;
    private long owed;
    private boolean deltas;
    private boolean encrypted;
    private boolean uncountable;

    /** What is known of 16,384 neighbouring pages. */
    private static final class Stretch {
        final long[] seen = new long[STRETCH >> 6];

        /** Discarded by postcopy and not come since. */
        long @Nullable [] owed;

        /** How often each came, once one came again. */
        short @Nullable [] counts;
    }

    /** Nothing counted yet. */
    public PageCensus() {}

    @Override
    public boolean wantsContents() {
        return false;
    }

    @Override
    public void blocks(List<RamBlock> list, int size) {
        pageSize = size;
        for (RamBlock block : list) {
            if (block.index() >= blocks.size()) {
                blocks.add(new Stretch[(int) ((block.pages(size) + STRETCH - 1) / STRETCH)]);
                received.add(new long[1]);
            }
        }
    }

    @Override
    public void pages(PageRun run) {
        deltas |= run.kind() == PageKind.XBZRLE;
        encrypted |= run.kind() == PageKind.ENCRYPTED;
        int block = run.block().index();
        long page = run.offset() / pageSize;
        long end = page + run.count();
        while (page < end) {
            int from = (int) page & (STRETCH - 1);
            int to = (int) Math.min(STRETCH, from + (end - page));
            received.get(block)[0] += count(stretch(block, page), from, to);
            page += to - from;
        }
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        long page = start / pageSize;
        long end = (start + length + pageSize - 1) / pageSize;
        while (page < end) {
            int from = (int) page & (STRETCH - 1);
            int to = (int) Math.min(STRETCH, from + (end - page));
            Stretch stretch = stretch(block.index(), page);
            if (stretch.owed == null) {
                stretch.owed = new long[STRETCH >> 6];
            }
            owed += change(stretch.owed, from, to, true);
            page += to - from;
        }
    }

    private Stretch stretch(int block, long page) {
        @Nullable Stretch[] stretches = blocks.get(block);
        int index = (int) (page >> STRETCH_BITS);
        Stretch stretch = stretches[index];
        if (stretch == null) {
            stretch = new Stretch();
            stretches[index] = stretch;
        }
        return stretch;
    }

    /** Counts pages of one stretch; returns how many came for the first time. */
    private int count(Stretch stretch, int from, int to) {
        if (stretch.owed != null) {
            owed -= change(stretch.owed, from, to, false);
        }
        short[] counts = stretch.counts;
        if (counts == null && any(stretch.seen, from, to)) {
            counts = new short[STRETCH];
            for (int i = 0; i < STRETCH; i++) {
                counts[i] = (short) (stretch.seen[i >> 6] >>> i & 1);
            }
            stretch.counts = counts;
        }
        if (counts != null) {
            for (int i = from; i < to; i++) {
                uncountable |= ++counts[i] == 0;
            }
        }
        return change(stretch.seen, from, to, true);
    }

    private static boolean any(long[] words, int from, int to) {
        for (int bit = from; bit < to; ) {
            int end = Math.min(to, (bit | 63) + 1);
            if ((words[bit >> 6] & mask(bit, end)) != 0) {
                return true;
            }
            bit = end;
        }
        return false;
    }

    /** Sets or clears bits; returns how many were changed by it. */
    private static int change(long[] words, int from, int to, boolean set) {
        int changed = 0;
        for (int bit = from; bit < to; ) {
            int end = Math.min(to, (bit | 63) + 1);
            long mask = mask(bit, end);
            long word = words[bit >> 6];
            changed += Long.bitCount((set ? ~word : word) & mask);
            words[bit >> 6] = set ? word | mask : word & ~mask;
            bit = end;
        }
        return changed;
    }

    private static long mask(int bit, int end) {
        return (-1L >>> (64 - (end - bit))) << bit;
    }

    /** Target page size in bytes, 0 if no block was announced. */
    public int pageSize() {
        return pageSize;
    }

    /** How many pages of {@code block} came at least once. */
    public long received(RamBlock block) {
        return block.index() < received.size() ? received.get(block.index())[0] : 0;
    }

    /** The first page of {@code block} from {@code from} on that never came. */
    public long nextMissing(RamBlock block, long from) {
        @Nullable Stretch[] stretches = blocks.get(block.index());
        long pages = block.pages(pageSize);
        long page = from;
        while (page < pages) {
            Stretch stretch = stretches[(int) (page >> STRETCH_BITS)];
            if (stretch == null) {
                return page;
            }
            int bit = (int) page & (STRETCH - 1);
            long clear = ~stretch.seen[bit >> 6] >>> bit;
            if (clear != 0) {
                return Math.min(pages, page + Long.numberOfTrailingZeros(clear));
            }
            page = (page | 63) + 1;
        }
        return pages;
    }

    /** How many pages postcopy discarded and did not send again. */
    public long owed() {
        return owed;
    }

    /** Whether any page came as a delta against what it was. */
    public boolean deltas() {
        return deltas;
    }

    /** Whether any page came encrypted. */
    public boolean encrypted() {
        return encrypted;
    }

    /** Whether a page came so often that {@link #countdown()} cannot be had. */
    public boolean uncountable() {
        return uncountable;
    }

    /** What a second reading of the same pages, in the same order, asks about each. */
    public Countdown countdown() {
        if (uncountable) {
            throw new IllegalStateException("a page came more than 65535 times");
        }
        return new Countdown();
    }

    /** Tells which occurrence of a page is its last. */
    public final class Countdown {

        private final List<short @Nullable [][]> left = new ArrayList<>();

        private Countdown() {
            for (@Nullable Stretch[] stretches : blocks) {
                left.add(new short[stretches.length][]);
            }
        }

        /**
         * Counts the page at {@code offset} of {@code block} as met once more.
         *
         * @return whether it will not come again
         */
        public boolean last(RamBlock block, long offset) {
            long page = offset / pageSize;
            int index = (int) (page >> STRETCH_BITS);
            Stretch stretch = blocks.get(block.index())[index];
            if (stretch == null || stretch.counts == null) {
                return true;
            }
            short @Nullable [][] rows = left.get(block.index());
            short[] row = rows[index];
            if (row == null) {
                row = stretch.counts.clone();
                rows[index] = row;
            }
            return --row[(int) page & (STRETCH - 1)] == 0;
        }

        /** Whether no page of the run comes another time. */
        public boolean allLast(RamBlock block, long offset, int count) {
            long first = (offset / pageSize) >> STRETCH_BITS;
            long last = (offset / pageSize + count - 1) >> STRETCH_BITS;
            for (long index = first; index <= last; index++) {
                Stretch stretch = blocks.get(block.index())[(int) index];
                if (stretch != null && stretch.counts != null) {
                    return false;
                }
            }
            return true;
        }
    }
}
