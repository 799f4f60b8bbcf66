package dev.ferry.sev.region;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Any series of calls, beside a bit for every frame. */
class SharedRegionsPropertyTest {

    private static final int FRAMES = 20_000;

    private final SharedRegions regions = new SharedRegions();
    private final BitSet model = new BitSet(FRAMES);

    /** Short ranges make many regions, long ones few; the middle has chunks split and vanish. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 8, 40, 400, 5000, FRAMES})
    void regionsAreThoseOfTheBitmap(int longest) {
        for (long seed = 1; seed <= 3; seed++) {
            regions.clear();
            model.clear();
            SplittableRandom random = new SplittableRandom(seed * 1_000_003 + longest);
            for (int step = 0; step < 6000; step++) {
                String where = "longest " + longest + ", seed " + seed + ", step " + step;
                change(random, longest, where);
                int gfn = random.nextInt(FRAMES + 10);
                assertEquals(model.get(gfn), regions.isShared(gfn), where);
                if (step % 500 == 0 || step > 5990) {
                    assertSame(where);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void unionOfAnyListIsThatOfTheBitmap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<GfnRange> list = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            int start = random.nextInt(FRAMES - 1);
            int end = Math.min(FRAMES, start + 1 + random.nextInt(5));
            list.add(new GfnRange(start, end));
            model.set(start, end);
        }
        regions.replace(list);
        assertSame("seed " + seed);
    }

    private void change(SplittableRandom random, int longest, String where) {
        int start = random.nextInt(FRAMES);
        int end = Math.min(FRAMES, start + 1 + random.nextInt(longest));
        boolean share = random.nextInt(5) < 3;
        GfnRange range = new GfnRange(start, end);
        BitSet before = (BitSet) model.clone();
        model.set(start, end, share);
        List<GfnRange> changed = share ? regions.share(range) : regions.unshare(range);
        before.xor(model);
        assertEquals(ranges(before), changed, where);
    }

    private void assertSame(String where) {
        List<GfnRange> expected = ranges(model);
        GfnSet snapshot = regions.snapshot();
        assertEquals(expected, snapshot.toList(), where);
        assertEquals(expected.size(), snapshot.size(), where);
        assertEquals(model.cardinality(), snapshot.pages(), where);
        for (int gfn = 0; gfn < FRAMES; gfn++) {
            assertEquals(model.get(gfn), snapshot.contains(gfn), where);
            int next = model.get(gfn) ? model.nextClearBit(gfn) : model.nextSetBit(gfn);
            long change = snapshot.nextChange(gfn);
            assertTrue(next == change || (next == -1 && change == Long.MAX_VALUE), where);
        }
    }

    private static List<GfnRange> ranges(BitSet bits) {
        List<GfnRange> ranges = new ArrayList<>();
        for (int start = bits.nextSetBit(0); start >= 0; ) {
            int end = bits.nextClearBit(start);
            ranges.add(new GfnRange(start, end));
            start = bits.nextSetBit(end);
        }
        return ranges;
    }
}
