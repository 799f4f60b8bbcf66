package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Guest memory put together from a stream: what a destination would have. Blocks begin as zeros.
 *
 * <p>The memory lies outside the heap. Pages that are zero take no space.
 */
public final class RamImage implements PageSink, Closeable {

    private final Arena arena = Arena.ofShared();
    private final RamStore store;
    private final List<BlockImage> images = new ArrayList<>();
    private final ZlibPage zlib = new ZlibPage();
    private int pageSize;

    /** The content of one block. */
    public static final class BlockImage {
        private final RamBlock block;
        private final MemorySegment memory;
        private final int pageSize;

        /** Pages that may hold something else than zeros. */
        private final BitSet touched;

        private boolean received;
        private boolean encrypted;

        BlockImage(RamBlock block, MemorySegment memory, int pageSize) {
            this.block = block;
            this.memory = memory;
            this.pageSize = pageSize;
            // Full size at once, so that a reader of earlier pages never meets a moving table.
            this.touched = new BitSet((int) block.pages(pageSize));
        }

        public RamBlock block() {
            return block;
        }

        /** The block's bytes, {@link RamBlock#usedLength} of them. */
        public MemorySegment memory() {
            return memory;
        }

        /** Whether the page at {@code index} may hold something else than zeros. */
        public boolean touched(int index) {
            return touched.get(index);
        }

        /** The first page from {@code from} on that may not be zero, or -1. */
        public int nextTouched(int from) {
            return touched.nextSetBit(from);
        }

        /** The first page from {@code from} on that is surely zero. */
        public int nextUntouched(int from) {
            return touched.nextClearBit(from);
        }

        public int pageSize() {
            return pageSize;
        }

        /** Whether any page of the block came at all. */
        public boolean received() {
            return received;
        }

        /** Whether pages came that cannot be read without a key. */
        public boolean encrypted() {
            return encrypted;
        }
    }

    /** An image with nothing in it. */
    public RamImage() {
        this.store = new RamStore();
    }

    /** The blocks' images, in the order of the block list. */
    public List<BlockImage> blocks() {
        return List.copyOf(images);
    }

    /** The image of one block. */
    BlockImage image(RamBlock block) {
        return images.get(block.index());
    }

    @Override
    public long maxBlockBytes(int bytesPerPage) {
        return (long) Integer.MAX_VALUE * bytesPerPage;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int size) throws IOException {
        pageSize = size;
        for (RamBlock block : blocks) {
            if (block.index() >= images.size()) {
                images.add(new BlockImage(block, store.allocate(block.usedLength(), arena), size));
            }
        }
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        // What is discarded is sent again; until then a destination has nothing there.
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        BlockImage image = images.get(run.block().index());
        image.received = true;
        switch (run.encoding()) {
            case RAW -> raw(image, run);
            case FILL -> fill(image, run);
            case XBZRLE -> xbzrle(image, run);
            case ZLIB -> zlib(image, run);
            case ABSENT -> image.encrypted |= run.kind() == PageKind.ENCRYPTED;
        }
    }

    private void raw(BlockImage image, PageRun run) {
        MemorySegment source = MemorySegment.ofBuffer(run.data().duplicate().clear());
        long from = run.dataIndex();
        long to = run.offset();
        for (int i = 0; i < run.count(); i++) {
            MemorySegment.copy(source, from, image.memory, to, pageSize);
            from += run.stride();
            to += pageSize;
        }
        touch(image, run);
    }

    private void fill(BlockImage image, PageRun run) {
        if (run.fill() != 0) {
            image.memory
                    .asSlice(run.offset(), (long) run.count() * pageSize)
                    .fill((byte) run.fill());
            touch(image, run);
            return;
        }
        int first = (int) (run.offset() / pageSize);
        int end = first + run.count();
        for (int page = image.touched.nextSetBit(first);
                page >= 0 && page < end;
                page = image.touched.nextSetBit(page + 1)) {
            image.memory.asSlice((long) page * pageSize, pageSize).fill((byte) 0);
        }
    }

    private void xbzrle(BlockImage image, PageRun run) throws MalformedPageException {
        touch(image, run);
        Xbzrle.apply(run.data(), run.dataIndex(), run.encodedLength(), page(image, run));
    }

    private void zlib(BlockImage image, PageRun run) throws MalformedPageException {
        touch(image, run);
        ByteBuffer page = page(image, run).asByteBuffer();
        zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
    }

    private MemorySegment page(BlockImage image, PageRun run) {
        return image.memory.asSlice(run.offset(), pageSize);
    }

    private void touch(BlockImage image, PageRun run) {
        int first = (int) (run.offset() / pageSize);
        image.touched.set(first, first + run.count());
    }

    @Override
    public void close() throws IOException {
        zlib.close();
        arena.close();
        store.close();
    }
}
