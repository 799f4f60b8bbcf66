package dev.ferry.stream.ram;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PageDigestsTest {

    private static final int PAGE = 1024;
    private static final int PAGES = 40_000;

    private final RamBlock block = block(0, "ram", PAGES);
    private final PageDigests a = new PageDigests();
    private final PageDigests b = new PageDigests();
    private final PageRun run = new PageRun();

    private static RamBlock block(int index, String id, long pages) {
        return new RamBlock(index, id, pages * PAGE, 0, OptionalLong.empty(), null);
    }

    @BeforeEach
    void announce() {
        a.blocks(List.of(block), PAGE);
        b.blocks(List.of(block), PAGE);
        run.pageSize(PAGE);
    }

    @AfterEach
    void close() {
        a.close();
        b.close();
    }

    private PageRun raw(long page, byte[] content) {
        run.beginRaw(block, page * PAGE, PageKind.PLAIN, ByteBuffer.wrap(content), 0, PAGE, 0);
        run.count(content.length / PAGE);
        return run;
    }

    private PageRun fill(long page, int count, int value) {
        run.beginFill(block, page * PAGE, PageKind.ZERO, value, 0);
        run.count(count);
        return run;
    }

    private PageRun absent(long page, int count) {
        run.beginAbsent(block, page * PAGE, PageKind.ENCRYPTED, 0);
        run.count(count);
        return run;
    }

    private PageRun encoded(long page, PageRun.Encoding as, byte[] data) {
        run.encoded(
                block,
                page * PAGE,
                as == PageRun.Encoding.ZLIB ? PageKind.COMPRESSED : PageKind.XBZRLE,
                as,
                ByteBuffer.wrap(data),
                0,
                data.length,
                0);
        return run;
    }

    /** Ranges as {@code first+count}. */
    private List<String> differences() throws IOException {
        List<String> ranges = new ArrayList<>();
        PageDigests.compare(a, block, b, block, (first, count) -> ranges.add(first + "+" + count));
        return ranges;
    }

    @Test
    void pagesThatNeverCameAreZero() throws Exception {
        a.pages(fill(3, 5, 0));
        b.pages(raw(20_000, new byte[3 * PAGE]));
        assertEquals(List.of(), differences());
    }

    @Test
    void sameContentInAnyFormIsTheSame() throws Exception {
        byte[] sevens = new byte[PAGE];
        Arrays.fill(sevens, (byte) 7);
        ByteArrayOutputStream zlib = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(zlib)) {
            out.write(sevens);
        }
        a.pages(fill(5, 1, 7));
        b.pages(raw(5, sevens));
        a.pages(raw(16_383, sevens));
        b.pages(encoded(16_383, PageRun.Encoding.ZLIB, zlib.toByteArray()));
        assertEquals(List.of(), differences());
    }

    @Test
    void lastVersionOfAPageCounts() throws Exception {
        a.pages(fill(5, 1, 7));
        a.pages(fill(5, 1, 8));
        b.pages(fill(5, 1, 8));
        assertEquals(List.of(), differences());
        a.pages(fill(5, 1, 0));
        assertEquals(List.of("5+1"), differences());
    }

    @Test
    void rangesGoOnAcrossStretches() throws Exception {
        a.pages(fill(16_380, 8, 1));
        a.pages(fill(39_999, 1, 1));
        assertEquals(List.of("16380+8", "39999+1"), differences());
    }

    @Test
    void everyRandomChangeIsFound() throws Exception {
        Random random = new Random(11);
        byte[] content = new byte[PAGE];
        TreeSet<Long> changed = new TreeSet<>();
        for (int i = 0; i < 2000; i++) {
            long page = random.nextInt(PAGES);
            random.nextBytes(content);
            a.pages(raw(page, content));
            changed.remove(page);
            if (random.nextBoolean()) {
                content[random.nextInt(PAGE)] ^= (byte) (1 << random.nextInt(8));
                changed.add(page);
            }
            b.pages(raw(page, content));
        }
        TreeSet<Long> found = new TreeSet<>();
        PageDigests.compare(
                a,
                block,
                b,
                block,
                (first, count) -> {
                    for (long i = 0; i < count; i++) {
                        found.add(first + i);
                    }
                });
        assertEquals(changed, found);
    }

    @Test
    void encryptedPagesAreNeitherSameNorDifferent() throws Exception {
        a.pages(absent(10, 3));
        b.pages(fill(11, 1, 9));
        b.pages(absent(12, 4));
        a.pages(fill(20, 1, 1));
        List<String> ranges = new ArrayList<>();
        long unread =
                PageDigests.compare(
                        a, block, b, block, (first, count) -> ranges.add(first + "+" + count));
        assertEquals(6, unread);
        assertEquals(List.of("20+1"), ranges);
        assertEquals(3, a.encrypted(block));
        // Content that comes later takes its place.
        a.pages(fill(10, 3, 0));
        assertEquals(0, a.encrypted(block));
    }

    @Test
    void onlyTheCommonPartOfBlocksIsCompared() throws Exception {
        RamBlock longer = block(0, "ram", PAGES + 100);
        try (PageDigests c = new PageDigests()) {
            c.blocks(List.of(longer), PAGE);
            c.pages(fill(PAGES + 5, 1, 1));
            PageDigests.compare(
                    a,
                    block,
                    c,
                    longer,
                    (first, count) -> {
                        throw new AssertionError("page " + first);
                    });
        }
    }

    @Test
    void claimOfTerabytesTakesNoMemoryAndNoTime() throws Exception {
        RamBlock huge = block(1, "huge", (4L << 40) / PAGE);
        a.blocks(List.of(block, huge), PAGE);
        b.blocks(List.of(block, huge), PAGE);
        assertEquals(0, PageDigests.compare(a, huge, b, huge, (first, count) -> {}));
    }

    @Test
    void deltasAreSettledByAnotherReading() throws Exception {
        byte[] content = new byte[PAGE];
        new Random(3).nextBytes(content);
        byte[] delta = {5, 2, (byte) 0xaa, (byte) 0xbb};
        byte[] result = content.clone();
        result[5] = (byte) 0xaa;
        result[6] = (byte) 0xbb;
        a.pages(raw(8, content));
        a.pages(encoded(8, PageRun.Encoding.XBZRLE, delta));
        b.pages(raw(8, result));
        assertTrue(a.deltas());
        assertTrue(a.delta(block, 8));
        assertFalse(a.delta(block, 9));
        assertFalse(b.deltas());
        try (KeptPages kept = new KeptPages(a::delta)) {
            kept.blocks(List.of(block), PAGE);
            kept.pages(raw(7, new byte[PAGE]));
            kept.pages(raw(8, content));
            kept.pages(encoded(8, PageRun.Encoding.XBZRLE, delta));
            assertNull(kept.page(block, 7));
            MemorySegment page = Objects.requireNonNull(kept.page(block, 8));
            assertArrayEquals(result, page.toArray(ValueLayout.JAVA_BYTE));
            a.settle(kept);
        }
        assertEquals(List.of(), differences());
    }

    @Test
    void keptPagesHaveTheirLastContent() throws Exception {
        Random random = new Random(5);
        byte[][] expected = new byte[3000][];
        try (KeptPages kept = new KeptPages((in, page) -> page % 3 == 0)) {
            kept.blocks(List.of(block), PAGE);
            for (int i = 0; i < 6000; i++) {
                int page = random.nextInt(3000);
                byte[] content = new byte[PAGE];
                if (random.nextBoolean()) {
                    random.nextBytes(content);
                    kept.pages(raw(page, content));
                } else {
                    Arrays.fill(content, (byte) i);
                    kept.pages(fill(page, 1, (byte) i & 0xff));
                }
                expected[page] = content;
            }
            for (int page = 0; page < 3000; page++) {
                MemorySegment content = kept.page(block, page);
                if (page % 3 != 0 || expected[page] == null) {
                    assertNull(content);
                } else {
                    assertArrayEquals(
                            expected[page],
                            Objects.requireNonNull(content).toArray(ValueLayout.JAVA_BYTE));
                }
            }
        }
    }
}
