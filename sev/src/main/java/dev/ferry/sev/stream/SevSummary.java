package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream has of SEV.
 *
 * @param dialect the sender's, or what it was taken for
 * @param start what the first encrypted page brought along; null if there was none
 * @param encryptedPages records of encrypted pages
 * @param opened of these, how many were opened and found right
 * @param refused of these, how many were opened and found wrong
 * @param statusAt offset of the record that tells which pages are shared, -1 if there is none
 * @param sharedRegions the list as it is on the wire, in its order; empty without one
 * @param bitmaps the bitmaps that the oldest dialect has instead
 */
public record SevSummary(
        Dialect dialect,
        @Nullable StartFields start,
        long encryptedPages,
        long opened,
        long refused,
        long statusAt,
        List<GfnRange> sharedRegions,
        List<SlotBitmap> bitmaps) {

    /** Copies the lists. */
    public SevSummary {
        sharedRegions = List.copyOf(sharedRegions);
        bitmaps = List.copyOf(bitmaps);
    }
}
