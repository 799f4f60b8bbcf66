package dev.ferry.stream.ram;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;

/** Walks the memory that a {@link RamImage} put together. */
public final class ImagePages implements PageSource {

    /** Bytes of one run at most: whoever takes it may copy it. */
    private static final long PIECE = 1 << 20;

    private final RamImage image;
    private final List<RamBlock> blocks;
    private final int pageSize;

    /** The pages of {@code image}, which is complete and stays open meanwhile. */
    public ImagePages(RamImage image, List<RamBlock> blocks, int pageSize) {
        this.image = image;
        this.blocks = List.copyOf(blocks);
        this.pageSize = pageSize;
    }

    @Override
    public List<RamBlock> blocks() {
        return blocks;
    }

    @Override
    public int pageSize() {
        return pageSize;
    }

    @Override
    public void transfer(PageSink sink) throws IOException {
        sink.blocks(blocks, pageSize);
        PageRun run = new PageRun();
        run.pageSize(pageSize);
        for (RamImage.BlockImage each : image.blocks()) {
            long pages = each.block().pages(pageSize);
            long most = PIECE / pageSize;
            for (long page = each.nextTouched(0); page >= 0 && page < pages; ) {
                long end = Math.min(Math.min(each.nextUntouched(page), pages), page + most);
                MemorySegment piece =
                        each.memory().asSlice(page * pageSize, (end - page) * pageSize);
                ByteBuffer bytes = piece.asByteBuffer();
                run.beginRaw(each.block(), page * pageSize, PageKind.PLAIN, bytes, 0, pageSize, 0);
                run.count((int) (end - page));
                try {
                    sink.pages(run);
                } catch (MalformedPageException e) {
                    throw new IOException(e);
                }
                page = end < pages ? each.nextTouched(end) : -1;
            }
        }
    }
}
