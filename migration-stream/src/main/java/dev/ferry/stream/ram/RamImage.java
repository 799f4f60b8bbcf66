package dev.ferry.stream.ram;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Guest memory put together from a stream: what a destination would have. Blocks begin as zeros.
 *
 * <p>The memory lies outside the heap. Pages that are zero take no space.
 */
public final class RamImage implements PageSink, Closeable {

    /** More than any machine has, less than a file or an address space can be. */
    private static final long MAX_BYTES = 8L << 40;

    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[RamState.MAX_PAGE_SIZE]);

    private final Arena arena = Arena.ofShared();
    private final long maxBytes;
    private final RamStore store;
    private final Predicate<RamBlock> wanted;
    private final List<BlockImage> images = new ArrayList<>();
    private final ZlibPage zlib = new ZlibPage();
    private int pageSize;

    /** Where a compressed page is unpacked to. */
    private byte[] page = new byte[0];

    /** The content of one block. */
    public static final class BlockImage {
        private final RamBlock block;
        private final MemorySegment memory;
        private final int pageSize;

        private final TouchedPages touched;

        private boolean received;
        private boolean encrypted;

        BlockImage(RamBlock block, MemorySegment memory, TouchedPages touched, int pageSize) {
            this.block = block;
            this.memory = memory;
            this.touched = touched;
            this.pageSize = pageSize;
        }

        public RamBlock block() {
            return block;
        }

        /** The block's bytes, {@link RamBlock#usedLength} of them. */
        public MemorySegment memory() {
            return memory;
        }

        /** Whether the page at {@code index} may hold something else than zeros. */
        public boolean touched(long index) {
            return touched.get(index);
        }

        /** The first page from {@code from} on that may not be zero, or -1. */
        public long nextTouched(long from) {
            return touched.nextSet(from);
        }

        /**
         * The first page from {@code from} on that is surely zero; the number of pages if there is
         * none.
         */
        public long nextUntouched(long from) {
            return touched.nextClear(from);
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

    /** An image with nothing in it, for any guest there is. */
    public RamImage() {
        this(MAX_BYTES);
    }

    /**
     * An image with nothing in it.
     *
     * @param maxBytes most memory that a stream may claim, all blocks together. A claim costs
     *     address space and the length of a sparse file; only content costs more.
     */
    public RamImage(long maxBytes) {
        this(maxBytes, block -> true);
    }

    /**
     * An image of some blocks. Of the others there is an image of no bytes, and their pages are
     * passed over.
     *
     * @param wanted which blocks
     */
    public static RamImage of(Predicate<RamBlock> wanted) {
        return new RamImage(MAX_BYTES, wanted);
    }

    private RamImage(long maxBytes, Predicate<RamBlock> wanted) {
        this.store = new RamStore();
        this.maxBytes = maxBytes;
        this.wanted = wanted;
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
    public long maxBytes() {
        return maxBytes;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int size) throws IOException {
        pageSize = size;
        page = new byte[size];
        for (RamBlock block : blocks) {
            if (block.index() >= images.size()) {
                boolean some = wanted.test(block);
                images.add(
                        new BlockImage(
                                block,
                                store.allocate(some ? block.usedLength() : 0, arena),
                                new TouchedPages(some ? block.pages(size) : 0, store, arena),
                                size));
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
        if (image.memory.byteSize() == 0) {
            return;
        }
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
        MemorySegment source = run.segment();
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
        long first = run.offset() / pageSize;
        long end = first + run.count();
        for (long index = image.touched.nextSet(first);
                index >= 0 && index < end;
                index = image.touched.nextSet(index + 1)) {
            MemorySegment.copy(ZEROS, 0, image.memory, index * pageSize, pageSize);
        }
    }

    private void xbzrle(BlockImage image, PageRun run) throws MalformedPageException {
        touch(image, run);
        Xbzrle.apply(
                run.segment(),
                run.dataIndex(),
                run.encodedLength(),
                image.memory,
                run.offset(),
                pageSize);
    }

    private void zlib(BlockImage image, PageRun run) throws MalformedPageException {
        zlib.inflate(run.data(), run.dataIndex(), run.encodedLength(), page);
        touch(image, run);
        MemorySegment.copy(page, 0, image.memory, ValueLayout.JAVA_BYTE, run.offset(), pageSize);
    }

    private void touch(BlockImage image, PageRun run) {
        long first = run.offset() / pageSize;
        image.touched.set(first, first + run.count());
    }

    @Override
    public void close() throws IOException {
        zlib.close();
        arena.close();
        store.close();
    }
}
