package dev.ferry.tools.verify;

import dev.ferry.stream.StreamException;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.List;

/** Watches one side of an input and reports what is wrong with it. */
interface Check {

    /**
     * Items in stream order.
     *
     * @throws StreamException if what an item holds, decoded only when asked for, is damaged
     */
    default void item(StreamItem item) throws IOException {}

    /** Blocks, before any page of theirs. */
    default void blocks(List<RamBlock> blocks, int pageSize) {}

    /** Guest pages as they come, between the items. */
    default void pages(PageRun run) {}

    /** Pages that postcopy discards. */
    default void discard(RamBlock block, long start, long length) {}

    /** Everything was read without damage. */
    default void end() {}
}
