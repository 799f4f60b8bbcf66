package dev.ferry.vmm.memory;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The pages of a RAM block that vCPUs have decoded instructions of. */
final class CodeWatch {

    private final long pages;

    /** Made when the first page is watched; never taken away. */
    private volatile @Nullable PageBits bits;

    /** By page, which views watch it, as bits; the 64th and later share one and never let go. */
    private final Map<Long, Long> watchers = new HashMap<>();

    CodeWatch(long pages) {
        this.pages = pages;
    }

    boolean watched(long page) {
        PageBits now = bits;
        return now != null && now.get(page);
    }

    /** Whether any page of the range is watched. */
    boolean anyWatched(long first, long last) {
        PageBits now = bits;
        if (now == null) {
            return false;
        }
        for (long word = first >>> 6; word <= last >>> 6; word++) {
            if ((now.word((int) word) & PageBits.mask(word, first, last)) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether nobody watched it before. */
    synchronized boolean watch(long page, int view) {
        PageBits now = bits;
        if (now == null) {
            now = new PageBits(pages);
            bits = now;
        }
        watchers.merge(page, 1L << Math.min(view, 63), (a, b) -> a | b);
        return now.set(page);
    }

    synchronized void unwatch(long page, int view) {
        PageBits now = bits;
        Long views = watchers.get(page);
        if (now == null || views == null || view >= 63) {
            return;
        }
        long left = views & ~(1L << view);
        if (left == 0) {
            watchers.remove(page);
            now.clear(page);
        } else {
            watchers.put(page, left);
        }
    }
}
