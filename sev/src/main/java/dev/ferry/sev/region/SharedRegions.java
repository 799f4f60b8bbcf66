package dev.ferry.sev.region;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import java.util.Collection;
import java.util.List;

/**
 * Which of a guest's pages are shared with the host. All others are private, and at first all are.
 *
 * <p>vCPUs change it while a migration reads it: a change is whole or not there, a reader waits for
 * nobody, and {@link #snapshot} gives a set that stays as it is.
 */
public final class SharedRegions {

    /** The list in a migration stream has 32 bits for a region's end. */
    private static final long MAX_WIRE_END = 0xffff_ffffL;

    private volatile GfnSet shared = GfnSet.EMPTY;

    /** None shared. */
    public SharedRegions() {}

    /** The union of the ranges of a list, as a stream brings them: in any order, overlapping. */
    public static SharedRegions of(Collection<GfnRange> ranges) {
        SharedRegions regions = new SharedRegions();
        regions.shared = GfnSet.of(ranges);
        return regions;
    }

    /** Whether the host can read a page. */
    public boolean isShared(long gfn) {
        return shared.contains(gfn);
    }

    /** What is shared at this moment. */
    public GfnSet snapshot() {
        return shared;
    }

    /**
     * Makes pages shared.
     *
     * @return those that were not: a migration must send them again, even if nobody writes to them
     */
    public synchronized List<GfnRange> share(GfnRange range) {
        GfnSet before = shared;
        shared = before.with(range);
        return before.within(range, false);
    }

    /**
     * Makes pages private.
     *
     * @return those that were not: a migration must send them again, even if nobody writes to them
     */
    public synchronized List<GfnRange> unshare(GfnRange range) {
        GfnSet before = shared;
        shared = before.without(range);
        return before.within(range, true);
    }

    /** Forgets what there was and takes the union of a list: what arrives with a guest. */
    public synchronized void replace(Collection<GfnRange> ranges) {
        shared = GfnSet.of(ranges);
    }

    /**
     * Makes all private, as a reset of the guest does.
     *
     * @return what was shared
     */
    public synchronized GfnSet clear() {
        GfnSet before = shared;
        shared = GfnSet.EMPTY;
        return before;
    }

    /**
     * The list as it goes into a migration stream: in order, without overlap.
     *
     * @throws SevException if a frame has a number that the list has no room for
     */
    public List<GfnRange> toWire() throws SevException {
        List<GfnRange> ranges = shared.toList();
        // In order: the last one ends highest.
        if (!ranges.isEmpty() && ranges.getLast().end() > MAX_WIRE_END) {
            throw new SevException(
                    FirmwareStatus.INVALID_ADDRESS,
                    "shared regions list: expected no frame above 0xfffffffe, found region "
                            + ranges.getLast());
        }
        return ranges;
    }

    /** The ranges, in order. */
    @Override
    public String toString() {
        return shared.toString();
    }
}
