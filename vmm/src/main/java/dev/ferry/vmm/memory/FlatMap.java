package dev.ferry.vmm.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What guests see where: ranges in ascending order that do not overlap. Never changed, only
 * replaced.
 *
 * <p>Found through a table with an entry for each MiB below 4 GiB, and by halving within an entry
 * and above.
 */
final class FlatMap {

    /** Physical addresses have 52 bits. */
    static final long END = 1L << 52;

    private static final int CHUNK_SHIFT = 20;
    private static final int CHUNKS = 1 << (32 - CHUNK_SHIFT);

    final FlatRange[] ranges;
    private final long[] ends;

    /** By MiB, the first range that ends above its start; one more for all above 4 GiB. */
    private final int[] first = new int[CHUNKS + 1];

    /**
     * Flattens.
     *
     * @param mappings the ones that are on top first
     */
    FlatMap(List<Mapping> mappings) {
        ranges = flatten(mappings);
        ends = new long[ranges.length];
        for (int i = 0; i < ends.length; i++) {
            ends[i] = ranges[i].end;
        }
        int range = 0;
        for (int chunk = 0; chunk <= CHUNKS; chunk++) {
            long start = (long) chunk << CHUNK_SHIFT;
            while (range < ends.length && ends[range] <= start) {
                range++;
            }
            first[chunk] = range;
        }
    }

    /** What is at an address. */
    @Nullable FlatRange find(long address) {
        int at = after(address);
        if (at < ranges.length && ranges[at].start <= address) {
            return ranges[at];
        }
        return null;
    }

    /** Bytes from an address on until something else begins. */
    long rest(long address) {
        int at = after(address);
        if (at == ranges.length) {
            return Long.MAX_VALUE;
        }
        FlatRange range = ranges[at];
        return (range.start <= address ? range.end : range.start) - address;
    }

    /** The first range that ends above an address. */
    private int after(long address) {
        if (address < 0) {
            return ranges.length;
        }
        long chunk = address >>> CHUNK_SHIFT;
        int low;
        int high;
        if (chunk < CHUNKS) {
            low = first[(int) chunk];
            high = first[(int) chunk + 1];
        } else {
            low = first[CHUNKS];
            high = ranges.length;
        }
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ends[middle] <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static FlatRange[] flatten(List<Mapping> mappings) {
        long[] borders = new long[mappings.size() * 2];
        int n = 0;
        for (Mapping mapping : mappings) {
            borders[n++] = mapping.gpa;
            borders[n++] = mapping.gpa + mapping.length;
        }
        Arrays.sort(borders);
        List<FlatRange> flat = new ArrayList<>();
        Mapping current = null;
        long start = 0;
        for (long border : borders) {
            Mapping top = topmost(mappings, border);
            if (top != current) {
                if (current != null) {
                    flat.add(new FlatRange(start, border, current));
                }
                current = top;
                start = border;
            }
        }
        return flat.toArray(FlatRange[]::new);
    }

    private static @Nullable Mapping topmost(List<Mapping> mappings, long address) {
        for (Mapping mapping : mappings) {
            if (mapping.gpa <= address && address < mapping.gpa + mapping.length) {
                return mapping;
            }
        }
        return null;
    }
}
