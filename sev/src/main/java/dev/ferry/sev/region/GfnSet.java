package dev.ferry.sev.region;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * A set of guest page frames, as the fewest ranges that make it up, in order. Immutable: a change
 * gives another set that has most of its memory in common with this one, so that one thread can
 * read a set while another makes the next.
 *
 * <p>The ranges lie in chunks of at most 256, each a sorted array start, end, start, end, ...; a
 * frame is in the set if an odd number of them is not above it. With 100,000 ranges a look-up is
 * two binary searches in arrays of a few KiB, and a change copies one chunk and the list of chunks.
 */
public final class GfnSet implements Iterable<GfnRange> {

    /** No frame at all. */
    public static final GfnSet EMPTY = new GfnSet(new long[0][], new long[0], 0);

    /** Boundaries in a chunk, at most; two for a range. */
    static final int CHUNK = 512;

    private final long[][] chunks;

    /** The first boundary of each chunk. */
    private final long[] firsts;

    private final int ranges;

    GfnSet(long[][] chunks, long[] firsts, int ranges) {
        this.chunks = chunks;
        this.firsts = firsts;
        this.ranges = ranges;
    }

    /** The union of ranges, which may come in any order, touch, overlap and contain each other. */
    public static GfnSet of(Collection<GfnRange> ranges) {
        List<GfnRange> sorted = new ArrayList<>(ranges);
        sorted.sort(Comparator.comparingLong(GfnRange::start));
        long[] boundaries = new long[2 * sorted.size()];
        int n = 0;
        for (GfnRange range : sorted) {
            if (n > 0 && range.start() <= boundaries[n - 1]) {
                boundaries[n - 1] = Math.max(boundaries[n - 1], range.end());
            } else {
                boundaries[n++] = range.start();
                boundaries[n++] = range.end();
            }
        }
        return EMPTY.splice(0, 0, Arrays.copyOf(boundaries, n));
    }

    /** Whether a frame is in the set. A negative number is none. */
    public boolean contains(long gfn) {
        int chunk = chunkOf(gfn);
        return chunk >= 0 && (notAbove(chunks[chunk], gfn) & 1) != 0;
    }

    /**
     * The first frame behind {@code gfn} that is not as {@code gfn} is: in the set if that is not,
     * not in it if that is.
     *
     * @return {@link Long#MAX_VALUE} if all behind it are like it
     */
    public long nextChange(long gfn) {
        int chunk = chunkOf(gfn);
        if (chunk >= 0) {
            long[] boundaries = chunks[chunk];
            int next = notAbove(boundaries, gfn);
            if (next < boundaries.length) {
                return boundaries[next];
            }
        }
        return chunk + 1 < firsts.length ? firsts[chunk + 1] : Long.MAX_VALUE;
    }

    /** This set and a range. */
    public GfnSet with(GfnRange range) {
        return change(range, true);
    }

    /** This set without a range. */
    public GfnSet without(GfnRange range) {
        return change(range, false);
    }

    /** The parts of a range that are in the set, or those that are not. */
    List<GfnRange> within(GfnRange range, boolean contained) {
        List<GfnRange> parts = new ArrayList<>();
        boolean in = contains(range.start());
        for (long at = range.start(); at < range.end(); in = !in) {
            long end = Math.min(range.end(), nextChange(at));
            if (in == contained) {
                parts.add(new GfnRange(at, end));
            }
            at = end;
        }
        return parts;
    }

    /** How many ranges. */
    public int size() {
        return ranges;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return ranges == 0;
    }

    /** How many frames. */
    public long pages() {
        long pages = 0;
        for (long[] boundaries : chunks) {
            for (int i = 0; i < boundaries.length; i += 2) {
                pages += boundaries[i + 1] - boundaries[i];
            }
        }
        return pages;
    }

    /** The ranges in order; no two of them touch. */
    public List<GfnRange> toList() {
        List<GfnRange> list = new ArrayList<>(ranges);
        forEach(list::add);
        return list;
    }

    /** The ranges in order; no two of them touch. */
    @Override
    public Iterator<GfnRange> iterator() {
        return new Iterator<>() {
            private int chunk;
            private int at;

            @Override
            public boolean hasNext() {
                return chunk < chunks.length;
            }

            @Override
            public GfnRange next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                long[] boundaries = chunks[chunk];
                GfnRange range = new GfnRange(boundaries[at], boundaries[at + 1]);
                at += 2;
                if (at == boundaries.length) {
                    chunk++;
                    at = 0;
                }
                return range;
            }
        };
    }

    private GfnSet change(GfnRange range, boolean in) {
        long start = range.start();
        long end = range.end();
        if (contains(start) == in && nextChange(start) >= end) {
            return this;
        }
        if (chunks.length == 0) {
            return splice(0, 0, new long[] {start, end});
        }
        // Of these chunks something remains: what is in front of the range and what is behind it. A
        // range that begins or ends where this one does merges with it.
        int from = Math.max(0, chunkOf(start - 1));
        int to = Math.max(from, chunkOf(end));
        long[] head = chunks[from];
        long[] tail = chunks[to];
        int kept = notAbove(head, start - 1);
        int resumed = notAbove(tail, end);
        long[] boundaries = new long[kept + 2 + tail.length - resumed];
        System.arraycopy(head, 0, boundaries, 0, kept);
        int n = kept;
        if ((kept & 1) == 0 == in) {
            boundaries[n++] = start;
        }
        if ((resumed & 1) == 0 == in) {
            boundaries[n++] = end;
        }
        System.arraycopy(tail, resumed, boundaries, n, tail.length - resumed);
        n += tail.length - resumed;
        return merged(from, to + 1, Arrays.copyOf(boundaries, n));
    }

    /**
     * With other boundaries in place of the chunks {@code from} up to {@code to}, and of their
     * neighbours if those are small as well: else ranges that come and go would leave ever more
     * chunks.
     */
    private GfnSet merged(int from, int to, long[] boundaries) {
        int first = from;
        int last = to;
        long[] merged = boundaries;
        if (last < chunks.length && merged.length + chunks[last].length <= CHUNK / 2) {
            merged = joined(merged, chunks[last++]);
        }
        if (first > 0 && merged.length + chunks[first - 1].length <= CHUNK / 2) {
            merged = joined(chunks[--first], merged);
        }
        return splice(first, last, merged);
    }

    private static long[] joined(long[] low, long[] high) {
        long[] both = Arrays.copyOf(low, low.length + high.length);
        System.arraycopy(high, 0, both, low.length, high.length);
        return both;
    }

    private GfnSet splice(int from, int to, long[] boundaries) {
        long[][] fresh = split(boundaries);
        int count = ranges + boundaries.length / 2;
        for (int i = from; i < to; i++) {
            count -= chunks[i].length / 2;
        }
        int after = chunks.length - to;
        long[][] all = Arrays.copyOf(chunks, from + fresh.length + after);
        System.arraycopy(fresh, 0, all, from, fresh.length);
        System.arraycopy(chunks, to, all, from + fresh.length, after);
        long[] allFirsts = Arrays.copyOf(firsts, all.length);
        for (int i = 0; i < fresh.length; i++) {
            allFirsts[from + i] = fresh[i][0];
        }
        System.arraycopy(firsts, to, allFirsts, from + fresh.length, after);
        return new GfnSet(all, allFirsts, count);
    }

    private static long[][] split(long[] boundaries) {
        if (boundaries.length == 0) {
            return new long[0][];
        }
        if (boundaries.length <= CHUNK) {
            return new long[][] {boundaries};
        }
        // Half full, so that the next ranges find room; equal, and whole ranges.
        int parts = boundaries.length / (CHUNK / 2);
        long pairs = boundaries.length / 2;
        long[][] split = new long[parts][];
        for (int i = 0; i < parts; i++) {
            int at = (int) (pairs * i / parts) * 2;
            int end = (int) (pairs * (i + 1) / parts) * 2;
            split[i] = Arrays.copyOfRange(boundaries, at, end);
        }
        return split;
    }

    /** How many chunks the ranges lie in. */
    int chunks() {
        return chunks.length;
    }

    /** The last chunk that does not begin above a frame; -1 if all do. */
    private int chunkOf(long gfn) {
        return notAbove(firsts, gfn) - 1;
    }

    /** How many values of a sorted array are not above one. */
    private static int notAbove(long[] sorted, long value) {
        int at = 0;
        // No branch depends on the comparison, which nobody could predict.
        for (int length = sorted.length; length > 0; ) {
            int half = (length + 1) >>> 1;
            at = sorted[at + half - 1] <= value ? at + half : at;
            length -= half;
        }
        return at;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GfnSet set && ranges == set.ranges && toList().equals(set.toList());
    }

    @Override
    public int hashCode() {
        return toList().hashCode();
    }

    /** Such as {@code [0x20-0x30, 0x40-0x41]}. */
    @Override
    public String toString() {
        return toList().toString();
    }
}
