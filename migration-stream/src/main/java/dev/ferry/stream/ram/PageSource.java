package dev.ferry.stream.ram;

import java.io.IOException;
import java.util.List;

/**
 * Guest memory that is all there and can be walked: what every converter reads from. A {@link
 * PageSink} is what every converter writes to.
 */
public interface PageSource {

    /** The blocks, in the order of the block list. */
    List<RamBlock> blocks();

    /** Target page size in bytes. */
    int pageSize();

    /**
     * Announces the blocks to {@code sink} and hands over the final content of every page, each
     * page at most once, in any order, as {@code RAW} or {@code FILL} runs. A page that is not
     * handed over is zero. May be called again.
     *
     * @throws dev.ferry.stream.StreamException if what the pages are read from is damaged
     */
    void transfer(PageSink sink) throws IOException;
}
