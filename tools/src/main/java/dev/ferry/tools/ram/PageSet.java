package dev.ferry.tools.ram;

import java.util.HashMap;
import java.util.Map;

/**
 * A set of page numbers that stays small for real migrations: memory is taken for stretches that
 * have some pages in and some not. A stretch without pages or with all of them takes none.
 */
public final class PageSet {

    private static final int STRETCH_BITS = 16;
    private static final int STRETCH = 1 << STRETCH_BITS;
    private static final Stretch FULL = new Stretch(0);

    static {
        FULL.size = STRETCH;
    }

    private final Map<Long, Stretch> stretches = new HashMap<>();
    private long size;

    private static final class Stretch {
        final long[] words;
        int size;

        Stretch(int pages) {
            words = new long[pages >> 6];
        }
    }

    /** An empty set. */
    public PageSet() {}

    /** How many pages are in. */
    public long size() {
        return size;
    }

    /** Whether {@code page} is in. */
    public boolean contains(long page) {
        Stretch stretch = stretches.get(page >> STRETCH_BITS);
        if (stretch == null) {
            return false;
        }
        int bit = (int) page & (STRETCH - 1);
        return stretch.words.length == 0 || (stretch.words[bit >> 6] >>> bit & 1) != 0;
    }

    /**
     * Puts pages in.
     *
     * @return how many were not in before
     */
    public long add(long first, long count) {
        long added = 0;
        for (long page = first; page < first + count; ) {
            long key = page >> STRETCH_BITS;
            int from = (int) page & (STRETCH - 1);
            int to = (int) Math.min(STRETCH, from + (first + count - page));
            added += addTo(key, from, to);
            page += to - from;
        }
        size += added;
        return added;
    }

    private int addTo(long key, int from, int to) {
        Stretch stretch = stretches.get(key);
        if (stretch == null) {
            if (to - from == STRETCH) {
                stretches.put(key, FULL);
                return STRETCH;
            }
            stretch = new Stretch(STRETCH);
            stretches.put(key, stretch);
        }
        if (stretch.words.length == 0) {
            return 0;
        }
        int added = change(stretch.words, from, to, true);
        stretch.size += added;
        if (stretch.size == STRETCH) {
            stretches.put(key, FULL);
        }
        return added;
    }

    /** Takes pages out. */
    public void remove(long first, long count) {
        for (long page = first; page < first + count; ) {
            long key = page >> STRETCH_BITS;
            int from = (int) page & (STRETCH - 1);
            int to = (int) Math.min(STRETCH, from + (first + count - page));
            removeFrom(key, from, to);
            page += to - from;
        }
    }

    private void removeFrom(long key, int from, int to) {
        Stretch stretch = stretches.get(key);
        if (stretch == null) {
            return;
        }
        if (to - from == STRETCH) {
            stretches.remove(key);
            size -= stretch.size;
            return;
        }
        if (stretch.words.length == 0) {
            stretch = new Stretch(STRETCH);
            change(stretch.words, 0, STRETCH, true);
            stretch.size = STRETCH;
            stretches.put(key, stretch);
        }
        int removed = change(stretch.words, from, to, false);
        stretch.size -= removed;
        size -= removed;
    }

    /** Sets or clears bits and returns how many that changed. */
    private static int change(long[] words, int from, int to, boolean set) {
        int changed = 0;
        for (int bit = from; bit < to; ) {
            int end = Math.min(to, (bit | 63) + 1);
            long mask = -1L >>> (64 - (end - bit)) << bit;
            long word = words[bit >> 6];
            changed += Long.bitCount((set ? ~word : word) & mask);
            words[bit >> 6] = set ? word | mask : word & ~mask;
            bit = end;
        }
        return changed;
    }

    /** The first page from {@code from} on that is not in. */
    public long nextMissing(long from) {
        long page = from;
        while (true) {
            Stretch stretch = stretches.get(page >> STRETCH_BITS);
            if (stretch == null) {
                return page;
            }
            long end = ((page >> STRETCH_BITS) + 1) << STRETCH_BITS;
            if (stretch.words.length == 0) {
                page = end;
                continue;
            }
            for (; page < end; page = (page | 63) + 1) {
                int bit = (int) page & (STRETCH - 1);
                long clear = ~stretch.words[bit >> 6] >>> bit;
                if (clear != 0) {
                    return page + Long.numberOfTrailingZeros(clear);
                }
            }
        }
    }
}
