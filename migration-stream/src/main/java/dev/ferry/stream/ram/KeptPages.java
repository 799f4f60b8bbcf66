package dev.ferry.stream.ram;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last content of a few chosen pages, outside the heap; all others are passed over. Unlike a
 * {@link RamImage} it takes no more memory than the pages it keeps.
 */
public final class KeptPages implements PageSink, Closeable {

    private static final int STRETCH_BITS = 10;
    private static final int STRETCH = 1 << STRETCH_BITS;
    private static final int SLAB_BYTES = 1 << 20;

    /** Tells which pages are kept. */
    @FunctionalInterface
    public interface Choice {

        /** Whether to keep the page with this index in {@code block}. */
        boolean keeps(RamBlock block, long page);
    }

    /** Told about kept pages. */
    @FunctionalInterface
    public interface Visitor {

        /** A page that came, valid until the pages are closed. */
        void page(RamBlock block, long page, MemorySegment content);
    }

    private final Choice choice;
    private final Arena arena = Arena.ofShared();
    private final List<MemorySegment> slabs = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final ZlibPage zlib = new ZlibPage();
    private int pageSize;
    private int slots;

    /** Where a compressed page is unpacked to. */
    private byte[] page = new byte[0];

    private static final class Block {
        final RamBlock block;

        /** Slot plus one by page, for each stretch that has any. */
        final Map<Long, int[]> stretches = new HashMap<>();

        Block(RamBlock block) {
            this.block = block;
        }
    }

    /** Keeps nothing yet. */
    public KeptPages(Choice choice) {
        this.choice = choice;
    }

    @Override
    public void blocks(List<RamBlock> list, int size) {
        pageSize = size;
        page = new byte[size];
        for (RamBlock block : list) {
            if (block.index() >= blocks.size()) {
                blocks.add(new Block(block));
            }
        }
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        for (int i = 0; i < run.count(); i++) {
            long index = run.offset() / pageSize + i;
            if (choice.keeps(run.block(), index)) {
                take(run, i, slot(blocks.get(run.block().index()), index));
            }
        }
    }

    private void take(PageRun run, int i, MemorySegment slot) throws MalformedPageException {
        switch (run.encoding()) {
            case RAW ->
                    MemorySegment.copy(
                            run.segment(),
                            run.dataIndex() + (long) i * run.stride(),
                            slot,
                            0,
                            pageSize);
            case FILL -> slot.fill((byte) run.fill());
            case XBZRLE ->
                    Xbzrle.apply(
                            run.segment(), run.dataIndex(), run.encodedLength(), slot, 0, pageSize);
            case ZLIB -> {
                zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
                MemorySegment.copy(page, 0, slot, ValueLayout.JAVA_BYTE, 0, pageSize);
            }
            case ABSENT -> {
                // Without a key there is nothing to keep.
            }
        }
    }

    private MemorySegment slot(Block block, long index) {
        int[] stretch =
                block.stretches.computeIfAbsent(index >> STRETCH_BITS, _ -> new int[STRETCH]);
        int at = (int) index & (STRETCH - 1);
        if (stretch[at] == 0) {
            if (slots % perSlab() == 0) {
                slabs.add(arena.allocate(SLAB_BYTES, 8));
            }
            stretch[at] = ++slots;
        }
        return content(stretch[at] - 1);
    }

    private int perSlab() {
        return SLAB_BYTES / pageSize;
    }

    private MemorySegment content(int slot) {
        return slabs.get(slot / perSlab()).asSlice((long) (slot % perSlab()) * pageSize, pageSize);
    }

    /** A page's content; null if it was not chosen or never came, and then is zero. */
    public @Nullable MemorySegment page(RamBlock block, long index) {
        if (block.index() >= blocks.size()) {
            return null;
        }
        int[] stretch = blocks.get(block.index()).stretches.get(index >> STRETCH_BITS);
        int slot = stretch == null ? 0 : stretch[(int) index & (STRETCH - 1)];
        return slot == 0 ? null : content(slot - 1);
    }

    /** Shows all pages that were kept, in no order. */
    public void forEach(Visitor visitor) {
        for (Block block : blocks) {
            block.stretches.forEach((number, stretch) -> {
                for (int i = 0; i < STRETCH; i++) {
                    if (stretch[i] != 0) {
                        visitor.page(
                                block.block, (number << STRETCH_BITS) + i, content(stretch[i] - 1));
                    }
                }
            });
        }
    }

    @Override
    public void close() {
        zlib.close();
        arena.close();
    }
}
