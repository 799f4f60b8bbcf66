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
 * @param manifest what became of the sender's manifest
 */
public record SevSummary(
        Dialect dialect,
        @Nullable StartFields start,
        long encryptedPages,
        long opened,
        long refused,
        long statusAt,
        List<GfnRange> sharedRegions,
        List<SlotBitmap> bitmaps,
        ManifestState manifest) {

    /** What became of the sender's manifest. */
    public enum ManifestState {
        /** There is none, as from every sender but Ferry. */
        ABSENT("absent"),
        /** It fits the packets; whether the sender made it shows only with the key. */
        UNPROVED("unproved"),
        /** It is the sender's, and fits. */
        RIGHT("right"),
        /** Packets or manifest were changed. */
        WRONG("wrong");

        private final String key;

        ManifestState(String key) {
            this.key = key;
        }

        /** Its name in JSON. */
        public String key() {
            return key;
        }
    }

    /** Copies the lists. */
    public SevSummary {
        sharedRegions = List.copyOf(sharedRegions);
        bitmaps = List.copyOf(bitmaps);
    }
}
