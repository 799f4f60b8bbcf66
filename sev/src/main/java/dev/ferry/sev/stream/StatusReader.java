package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the record that tells which pages are shared, from behind its type on.
 *
 * <p>AMD's readers take any word but 1 for the end and limit nothing; a list is accepted here in
 * any order and with overlaps, as AMD's sender makes them, but not with a range that ends before it
 * begins. Source: sev_load_incoming_shared_regions_list, sev_load_incoming_bitmap.
 */
final class StatusReader {

    /** As many as a guest has that shares every other page of 8 GiB. */
    static final int MAX_RANGES = 1 << 20;

    /** KVM has 32,764 slots at most. */
    static final int MAX_SLOTS = 1 << 15;

    /** Of all slots together: 8 TiB of guest memory. */
    static final long MAX_BITMAP_BYTES = 256L << 20;

    private static final String ENTRY = "shared regions list entry";
    private static final String SLOT = "encryption bitmap";

    private StatusReader() {}

    static List<GfnRange> list(WireInput in) throws IOException {
        List<GfnRange> ranges = new ArrayList<>();
        while (another(in, ENTRY)) {
            long at = in.offset();
            long start = in.u32(ENTRY);
            long end = in.u32(ENTRY);
            if (start >= end) {
                throw in.malformed(
                        at,
                        ENTRY
                                + " "
                                + ranges.size()
                                + ": expected a start below its end, found 0x"
                                + Long.toHexString(start)
                                + " and 0x"
                                + Long.toHexString(end));
            }
            if (ranges.size() == MAX_RANGES) {
                throw in.exceeds(at, "shared regions list", MAX_RANGES + 1L, MAX_RANGES);
            }
            ranges.add(new GfnRange(start, end));
        }
        return ranges;
    }

    static List<SlotBitmap> bitmaps(WireInput in) throws IOException {
        List<SlotBitmap> slots = new ArrayList<>();
        long total = 0;
        while (another(in, SLOT)) {
            long at = in.offset();
            long base = in.u64(SLOT);
            long pages = in.u64(SLOT);
            long size = in.u64(SLOT);
            if (pages < 0 || pages > MAX_BITMAP_BYTES * 8) {
                throw in.exceeds(at + 8, SLOT + "'s pages", pages, MAX_BITMAP_BYTES * 8);
            }
            if (size != SlotBitmap.bytes(pages)) {
                throw in.malformed(
                        at + 16,
                        SLOT
                                + " of "
                                + pages
                                + " pages: expected "
                                + SlotBitmap.bytes(pages)
                                + " bytes, found "
                                + Long.toUnsignedString(size));
            }
            total += size;
            if (total > MAX_BITMAP_BYTES) {
                throw in.exceeds(at + 16, SLOT + "s", total, MAX_BITMAP_BYTES);
            }
            if (slots.size() == MAX_SLOTS) {
                throw in.exceeds(at, SLOT + "s", MAX_SLOTS + 1L, MAX_SLOTS);
            }
            slots.add(new SlotBitmap(base, pages, in.bytes((int) size, SLOT)));
        }
        return slots;
    }

    private static boolean another(WireInput in, String what) throws IOException {
        long at = in.offset();
        long word = in.u32(what);
        if (word != SevFormat.SHARED_REGION_LIST_CONT && word != SevFormat.SHARED_REGION_LIST_END) {
            throw in.malformed(at, what + ": expected 1 (one more) or 2 (the end), found " + word);
        }
        return word == SevFormat.SHARED_REGION_LIST_CONT;
    }
}
