package dev.ferry.tools.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageSetTest {

    private static final int PAGES = 300_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void behavesAsABitSet(long seed) {
        Random random = new Random(seed);
        PageSet set = new PageSet();
        BitSet model = new BitSet();
        for (int step = 0; step < 2000; step++) {
            int first = random.nextInt(PAGES);
            int count = 1 + random.nextInt(random.nextInt(20) == 0 ? 200_000 : 200);
            String where = "seed " + seed + ", step " + step;
            if (random.nextInt(3) > 0) {
                int before = model.cardinality();
                model.set(first, first + count);
                assertEquals(model.cardinality() - before, set.add(first, count), where);
            } else {
                model.clear(first, first + count);
                set.remove(first, count);
            }
            assertEquals(model.cardinality(), set.size(), where);
            int probe = random.nextInt(PAGES + 300_000);
            assertEquals(model.get(probe), set.contains(probe), where);
            assertEquals(model.nextClearBit(probe), set.nextMissing(probe), where);
        }
    }

    @Test
    void takesNoMemoryForWholeStretches() {
        PageSet set = new PageSet();
        // A guest of 4 TiB, page by page in runs as a first pass brings them.
        long pages = 1L << 30;
        for (long page = 0; page < pages; page += 1 << 14) {
            set.add(page, 1 << 14);
        }
        assertEquals(pages, set.size());
        assertTrue(set.contains(pages - 1));
        assertFalse(set.contains(pages));
        assertEquals(pages, set.nextMissing(0));
    }
}
