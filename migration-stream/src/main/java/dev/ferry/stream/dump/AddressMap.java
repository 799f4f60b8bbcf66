package dev.ferry.stream.dump;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Guest-physical ranges, of which a later one hides what was there before. */
final class AddressMap {

    private final List<GuestRange> ranges = new ArrayList<>();

    /** Puts a range over what is there. */
    void put(GuestRange range) {
        if (range.length() > 0) {
            clear(range.start(), range.end());
            ranges.add(range);
        }
    }

    /** Leaves nothing from {@code start} to {@code end}. */
    void clear(long start, long end) {
        List<GuestRange> kept = new ArrayList<>();
        for (GuestRange range : ranges) {
            if (range.end() <= start || range.start() >= end) {
                kept.add(range);
                continue;
            }
            if (range.start() < start) {
                kept.add(range.part(range.start(), start));
            }
            if (range.end() > end) {
                kept.add(range.part(end, range.end()));
            }
        }
        ranges.clear();
        ranges.addAll(kept);
    }

    /** The ranges by address, neighbours joined. */
    List<GuestRange> ascending() {
        ranges.sort(Comparator.comparingLong(GuestRange::start));
        List<GuestRange> joined = new ArrayList<>();
        for (GuestRange range : ranges) {
            if (!joined.isEmpty() && joined.getLast().goesOnIn(range)) {
                GuestRange first = joined.removeLast();
                joined.add(
                        new GuestRange(
                                first.start(),
                                first.length() + range.length(),
                                first.block(),
                                first.blockOffset(),
                                first.kind()));
            } else {
                joined.add(range);
            }
        }
        return List.copyOf(joined);
    }
}
