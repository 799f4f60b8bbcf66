package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ferry.stream.testing.Heap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TouchedPagesTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 65, 1000, 32767, 32768, 32769, 200_000})
    void behavesAsABitSet(int pages) throws IOException {
        Random random = new Random(pages);
        BitSet model = new BitSet();
        try (Arena arena = Arena.ofConfined();
                RamStore store = new RamStore()) {
            TouchedPages touched = new TouchedPages(pages, store, arena);
            for (int i = 0; i < 300; i++) {
                if (i % 3 == 0) {
                    int from = random.nextInt(pages);
                    int to = from + 1 + random.nextInt(Math.min(pages - from, 100));
                    model.set(from, to);
                    touched.set(from, to);
                }
                int at = random.nextInt(pages + 1);
                String message = pages + " pages, step " + i;
                assertEquals(at < pages && model.get(at), touched.get(at), message);
                assertEquals(model.nextSetBit(at), touched.nextSet(at), message);
                assertEquals(
                        Math.min(pages, model.nextClearBit(at)), touched.nextClear(at), message);
            }
            model.set(0, pages);
            touched.set(0, pages);
            assertEquals(pages, touched.nextClear(0));
            assertEquals(pages - 1, touched.nextSet(pages - 1));
        }
    }

    @Test
    void lastPageOfAHugeBlockCostsLittleHeap() throws Exception {
        long pages = 8L << 40 >> 8;
        try (Arena arena = Arena.ofConfined();
                RamStore store = new RamStore()) {
            long allocated =
                    Heap.allocatedBy(() -> {
                        TouchedPages touched = new TouchedPages(pages, store, arena);
                        touched.set(pages - 1, pages);
                        assertEquals(pages - 1, touched.nextSet(0));
                        assertEquals(0, touched.nextClear(0));
                    });
            assertTrue(allocated < 1 << 20, "allocated " + allocated);
        }
    }
}
