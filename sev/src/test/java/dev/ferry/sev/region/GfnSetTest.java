package dev.ferry.sev.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class GfnSetTest {

    private static final long ONE_TIB_FRAMES = 1L << 28;

    private final GfnSet set = GfnSet.of(List.of(range(0x10, 0x20), range(0x30, 0x40)));

    @Test
    void rangesThatTouchBecomeOne() {
        assertEquals("[0x10-0x40]", set.with(range(0x20, 0x30)).toString());
        assertEquals("[0x8-0x20, 0x30-0x40]", set.with(range(8, 0x10)).toString());
        assertEquals("[0x10-0x20, 0x30-0x48]", set.with(range(0x40, 0x48)).toString());
    }

    @Test
    void rangesThatOverlapBecomeOne() {
        assertEquals("[0x10-0x28, 0x30-0x40]", set.with(range(0x18, 0x28)).toString());
        assertEquals("[0x8-0x20, 0x30-0x40]", set.with(range(8, 0x18)).toString());
        assertEquals("[0x10-0x40]", set.with(range(0x18, 0x38)).toString());
    }

    @Test
    void rangeTakesInAllItCovers() {
        assertEquals("[0x0-0x100]", set.with(range(0, 0x100)).toString());
        assertEquals("[0x10-0x40]", set.with(range(0x10, 0x40)).toString());
    }

    @Test
    void removalSplitsRanges() {
        assertEquals(
                "[0x10-0x14, 0x18-0x20, 0x30-0x40]", set.without(range(0x14, 0x18)).toString());
        assertEquals("[0x10-0x18, 0x38-0x40]", set.without(range(0x18, 0x38)).toString());
        assertEquals("[0x14-0x20, 0x30-0x40]", set.without(range(0, 0x14)).toString());
        assertEquals("[0x30-0x40]", set.without(range(0x10, 0x20)).toString());
        assertEquals("[]", set.without(range(0, Long.MAX_VALUE)).toString());
    }

    @Test
    void endIsNotPartOfTheRange() {
        assertFalse(set.contains(0xf));
        assertTrue(set.contains(0x10));
        assertTrue(set.contains(0x1f));
        assertFalse(set.contains(0x20));
        assertFalse(set.contains(-1));
        assertFalse(set.contains(Long.MIN_VALUE));
    }

    @Test
    void nextChangeIsTheNextBoundary() {
        assertEquals(0x10, set.nextChange(0));
        assertEquals(0x20, set.nextChange(0x10));
        assertEquals(0x30, set.nextChange(0x2f));
        assertEquals(0x40, set.nextChange(0x3f));
        assertEquals(Long.MAX_VALUE, set.nextChange(0x40));
        assertEquals(Long.MAX_VALUE, GfnSet.EMPTY.nextChange(0));
    }

    @Test
    void whatChangesNothingIsTheSameSet() {
        assertSame(set, set.with(range(0x10, 0x20)));
        assertSame(set, set.with(range(0x33, 0x34)));
        assertSame(set, set.without(range(0x20, 0x30)));
        assertSame(GfnSet.EMPTY, GfnSet.EMPTY.without(range(0, Long.MAX_VALUE)));
    }

    @Test
    void framesOf64BitAddressesAreFrames() {
        long high = 1L << 51;
        GfnSet far = set.with(range(high, high + 2)).with(range(high - 2, high));
        assertEquals("[0x10-0x20, 0x30-0x40, 0x7fffffffffffe-0x8000000000002]", far.toString());
        assertTrue(far.contains(high + 1));
        assertEquals(0x24, far.pages());
    }

    @Test
    void listInAnyOrderBecomesAUnion() {
        assertEquals(
                "[0x1-0x9, 0x10-0x20]",
                GfnSet.of(
                                List.of(
                                        range(0x10, 0x20),
                                        range(5, 7),
                                        range(1, 3),
                                        range(2, 9),
                                        range(0x12, 0x14)))
                        .toString());
    }

    @Test
    void hundredThousandRangesAreKeptAndThenMadePrivateAtOnce() {
        GfnSet many = GfnSet.EMPTY;
        List<GfnRange> all = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            // In an order that meets every part of the set again and again.
            long start = i * 7919L % 100_000 * 4;
            many = many.with(range(start, start + 2));
            all.add(range(i * 4L, i * 4L + 2));
        }
        assertEquals(all, many.toList());
        assertEquals(100_000, many.size());
        assertEquals(200_000, many.pages());
        assertEquals(GfnSet.of(all), many);

        GfnSet kexec = many.without(range(0, 200_000)).without(range(200_000, ONE_TIB_FRAMES));
        assertTrue(kexec.isEmpty());
        assertEquals(List.of(range(0, 400_000)), many.with(range(0, 400_000)).toList());
        assertEquals(100_000, many.size(), "the earlier set stays");
    }

    /** Fills one place after another and takes nearly all of it away again. */
    @Test
    void rangesThatComeAndGoLeaveNoChunksBehind() {
        GfnSet sparse = GfnSet.EMPTY;
        for (int place = 0; place < 300; place++) {
            long base = place * 0x1000L;
            for (int i = 0; i < 600; i++) {
                sparse = sparse.with(range(base + 4L * i, base + 4L * i + 1));
            }
            sparse = sparse.without(range(base + 1, base + 0x1000));
        }
        assertEquals(300, sparse.size());
        assertTrue(sparse.chunks() <= 8, "many chunks for few ranges");
    }

    @Test
    void iteratorEnds() {
        Iterator<GfnRange> ranges = set.iterator();
        assertEquals(range(0x10, 0x20), ranges.next());
        assertEquals(range(0x30, 0x40), ranges.next());
        assertFalse(ranges.hasNext());
        assertThrows(NoSuchElementException.class, ranges::next);
    }

    private static GfnRange range(long start, long end) {
        return new GfnRange(start, end);
    }
}
