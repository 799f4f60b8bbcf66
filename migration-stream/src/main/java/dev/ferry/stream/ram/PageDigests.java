package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A digest of 64 bits for each page's last content, to tell whether pages of two guests differ
 * without having them in memory: 8 bytes a page outside the heap, none for stretches of zeros. Made
 * of two CRCs, which processors compute at the speed of reading; two different pages have the same
 * digest once in 2<sup>64</sup> times.
 *
 * <p>Pages that came as deltas are not digested but {@linkplain #delta noted}: their content
 * depends on what they were, which takes {@link KeptPages} and another reading.
 */
public final class PageDigests implements PageSink, Closeable {

    private static final int STRETCH_BITS = 14;
    private static final int STRETCH = 1 << STRETCH_BITS;

    /** More than any machine has; a claim costs no more than the list of its stretches. */
    private static final long MAX_BYTES = 8L << 40;

    private final Arena arena = Arena.ofShared();
    private final List<Block> blocks = new ArrayList<>();
    private final CRC32 crc32 = new CRC32();
    private final CRC32C crc32c = new CRC32C();
    private final ZlibPage zlib = new ZlibPage();
    private final @Nullable Long[] fills = new @Nullable Long[256];
    private int pageSize;
    private byte[] page = new byte[0];
    private ByteBuffer bytes = ByteBuffer.wrap(page);

    /** That of a page of zeros, which is taken off all digests so that theirs is 0. */
    private long zeros;

    /** The run's buffer as it came, and our own position in it. */
    private @Nullable ByteBuffer viewOf;

    private ByteBuffer view = bytes;

    /** What is known of 16,384 neighbouring pages. */
    private static final class Stretch {
        @Nullable MemorySegment digests;
        long @Nullable [] deltas;
        long @Nullable [] encrypted;
    }

    private static final class Block {
        final @Nullable Stretch[] stretches;
        long encrypted;
        long deltas;

        Block(long pages) {
            stretches = new Stretch[(int) ((pages + STRETCH - 1) / STRETCH)];
        }

        Stretch stretch(long page) {
            int index = (int) (page >> STRETCH_BITS);
            Stretch stretch = stretches[index];
            if (stretch == null) {
                stretch = new Stretch();
                stretches[index] = stretch;
            }
            return stretch;
        }
    }

    /** Digests of a guest whose memory is zero. */
    public PageDigests() {}

    @Override
    public long maxBytes() {
        return MAX_BYTES;
    }

    @Override
    public void blocks(List<RamBlock> list, int size) {
        if (page.length != size) {
            pageSize = size;
            page = new byte[size];
            bytes = ByteBuffer.wrap(page);
            zeros = 0;
            zeros = digest(bytes.clear());
        }
        for (RamBlock block : list) {
            if (block.index() >= blocks.size()) {
                blocks.add(new Block(block.pages(size)));
            }
        }
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        Block block = blocks.get(run.block().index());
        long first = run.offset() / pageSize;
        switch (run.encoding()) {
            case RAW -> raw(block, first, run);
            case FILL -> {
                long digest = fill(run.fill());
                for (int i = 0; i < run.count(); i++) {
                    put(block, first + i, digest);
                }
            }
            case ZLIB -> {
                zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
                put(block, first, digest(bytes.clear()));
            }
            case XBZRLE -> delta(block, first);
            case ABSENT -> {
                for (int i = 0; i < run.count(); i++) {
                    absent(block, first + i);
                }
            }
        }
    }

    private void raw(Block block, long first, PageRun run) {
        if (viewOf != run.data()) {
            viewOf = run.data();
            view = run.data().duplicate();
        }
        int from = run.dataIndex();
        for (int i = 0; i < run.count(); i++) {
            view.limit(from + pageSize).position(from);
            put(block, first + i, digest(view));
            from += run.stride();
        }
    }

    private long fill(int value) {
        if (value == 0) {
            return 0;
        }
        Long known = fills[value];
        if (known == null) {
            java.util.Arrays.fill(page, (byte) value);
            known = digest(bytes.clear());
            fills[value] = known;
        }
        return known;
    }

    private long digest(ByteBuffer content) {
        int start = content.position();
        crc32c.reset();
        crc32c.update(content);
        content.position(start);
        crc32.reset();
        crc32.update(content);
        return (crc32c.getValue() << 32 | crc32.getValue()) ^ zeros;
    }

    private void put(Block block, long page, long digest) {
        Stretch stretch = block.stretches[(int) (page >> STRETCH_BITS)];
        if (stretch == null) {
            if (digest == 0) {
                return;
            }
            stretch = block.stretch(page);
        }
        int index = (int) page & (STRETCH - 1);
        if (stretch.digests == null) {
            if (digest != 0) {
                stretch.digests = arena.allocate((long) STRETCH << 3, 8);
            }
        }
        if (stretch.digests != null) {
            stretch.digests.setAtIndex(ValueLayout.JAVA_LONG, index, digest);
        }
        if (stretch.encrypted != null && clear(stretch.encrypted, index)) {
            block.encrypted--;
        }
    }

    private void delta(Block block, long page) {
        Stretch stretch = block.stretch(page);
        if (stretch.deltas == null) {
            stretch.deltas = new long[STRETCH >> 6];
        }
        block.deltas += set(stretch.deltas, (int) page & (STRETCH - 1)) ? 1 : 0;
    }

    private void absent(Block block, long page) {
        Stretch stretch = block.stretch(page);
        if (stretch.encrypted == null) {
            stretch.encrypted = new long[STRETCH >> 6];
        }
        block.encrypted += set(stretch.encrypted, (int) page & (STRETCH - 1)) ? 1 : 0;
    }

    private static boolean set(long[] words, int bit) {
        long before = words[bit >> 6];
        words[bit >> 6] = before | 1L << bit;
        return words[bit >> 6] != before;
    }

    private static boolean clear(long[] words, int bit) {
        long before = words[bit >> 6];
        words[bit >> 6] = before & ~(1L << bit);
        return words[bit >> 6] != before;
    }

    /** Whether any page came as a delta. */
    public boolean deltas() {
        for (Block block : blocks) {
            if (block.deltas > 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether the page ever came as a delta, so that {@link #settle} must tell its digest. */
    public boolean delta(RamBlock block, long page) {
        Stretch stretch = blocks.get(block.index()).stretches[(int) (page >> STRETCH_BITS)];
        return stretch != null && stretch.deltas != null && bit(stretch.deltas, page);
    }

    /** Digests pages that came as deltas, after a second reading kept them. */
    public void settle(KeptPages kept) {
        kept.forEach((block, page, content) ->
                put(blocks.get(block.index()), page, digest(content.asByteBuffer())));
    }

    /** Pages of {@code block} whose content cannot be read without a key. */
    public long encrypted(RamBlock block) {
        return block.index() < blocks.size() ? blocks.get(block.index()).encrypted : 0;
    }

    private static boolean bit(long[] words, long page) {
        int index = (int) page & (STRETCH - 1);
        return (words[index >> 6] >>> index & 1) != 0;
    }

    /** Told about pages that two guests have different. */
    @FunctionalInterface
    public interface Differences {

        /** Neighbouring pages, as many as there are. */
        void range(long firstPage, long pages) throws IOException;
    }

    /**
     * Compares a block with one of another guest that has the same page size, as far as both reach;
     * pages that cannot be read on one side are passed over.
     *
     * @return how many pages were passed over
     */
    public static long compare(
            PageDigests a, RamBlock blockA, PageDigests b, RamBlock blockB, Differences differences)
            throws IOException {
        Block left = a.blocks.get(blockA.index());
        Block right = b.blocks.get(blockB.index());
        long pages = Math.min(blockA.pages(a.pageSize), blockB.pages(b.pageSize));
        long unread = 0;
        long begun = -1;
        for (long page = 0; page < pages; ) {
            Stretch one = left.stretches[(int) (page >> STRETCH_BITS)];
            Stretch other = right.stretches[(int) (page >> STRETCH_BITS)];
            long end = Math.min(pages, ((page >> STRETCH_BITS) + 1) << STRETCH_BITS);
            if (one == null && other == null) {
                if (begun >= 0) {
                    differences.range(begun, page - begun);
                    begun = -1;
                }
                page = end;
                continue;
            }
            for (; page < end; page++) {
                boolean hidden = hidden(one, page) || hidden(other, page);
                unread += hidden ? 1 : 0;
                boolean differs = !hidden && value(one, page) != value(other, page);
                if (differs && begun < 0) {
                    begun = page;
                } else if (!differs && begun >= 0) {
                    differences.range(begun, page - begun);
                    begun = -1;
                }
            }
        }
        if (begun >= 0) {
            differences.range(begun, pages - begun);
        }
        return unread;
    }

    private static boolean hidden(@Nullable Stretch stretch, long page) {
        return stretch != null && stretch.encrypted != null && bit(stretch.encrypted, page);
    }

    private static long value(@Nullable Stretch stretch, long page) {
        return stretch == null || stretch.digests == null
                ? 0
                : stretch.digests.getAtIndex(ValueLayout.JAVA_LONG, page & (STRETCH - 1));
    }

    @Override
    public void close() {
        zlib.close();
        arena.close();
    }
}
