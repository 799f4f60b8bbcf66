package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class XbzrleCacheTest {

    private static final int PAGE = 4096;

    private static ByteBuffer page(int value) {
        ByteBuffer page = ByteBuffer.allocate(PAGE);
        while (page.hasRemaining()) {
            page.put((byte) value);
        }
        return page.clear();
    }

    private static int content(XbzrleCache cache, long address) {
        return cache.data(address).get(cache.index(address) + PAGE - 1);
    }

    @Test
    void slotsAreAPowerOfTwo() {
        for (long[] of : new long[][] {{PAGE, 1}, {3 * PAGE, 2}, {64 << 20, 16384}, {6145, 1}}) {
            try (XbzrleCache cache = new XbzrleCache(of[0], PAGE)) {
                assertEquals(of[1], cache.slots());
            }
        }
    }

    @Test
    void impossibleSizesAreRefused() {
        for (long bytes : new long[] {0, -1, PAGE - 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class, () -> new XbzrleCache(bytes, PAGE));
            assertEquals("XBZRLE cache of " + bytes + " bytes", e.getMessage());
        }
    }

    @Test
    void pagesThatShareASlotPushEachOtherOutAfterTwoRounds() {
        try (XbzrleCache cache = new XbzrleCache(4 * PAGE, PAGE)) {
            long first = PAGE;
            long rival = 5 * PAGE;
            assertTrue(cache.insert(first, page(1), 0, 1));
            assertFalse(cache.contains(rival, 2));
            assertFalse(cache.insert(rival, page(2), 0, 2));
            assertTrue(cache.contains(first, 2), "and used in round 2");
            assertFalse(cache.insert(rival, page(2), 0, 3));
            assertTrue(cache.insert(rival, page(2), 0, 4));
            assertFalse(cache.contains(first, 4));
            assertEquals(2, content(cache, rival));
            assertEquals(1, cache.used());
        }
    }

    @Test
    void aPageReplacesItselfAtAnyAge() {
        try (XbzrleCache cache = new XbzrleCache(4 * PAGE, PAGE)) {
            assertTrue(cache.insert(0, page(1), 0, 1));
            assertTrue(cache.insert(0, page(7), 0, 1));
            assertEquals(7, content(cache, 0));
            cache.update(0, page(9), 0);
            assertEquals(9, content(cache, 0));
        }
    }

    @Test
    void slotsDoNotOverlap() {
        int slots = 1024;
        try (XbzrleCache cache = new XbzrleCache((long) slots * PAGE, PAGE)) {
            for (int i = 0; i < slots; i++) {
                assertTrue(cache.insert((long) i * PAGE, page(i * 37), 0, 1));
            }
            for (int i = 0; i < slots; i++) {
                assertEquals((byte) (i * 37), content(cache, (long) i * PAGE));
            }
            assertEquals(slots, cache.used());
        }
    }
}
