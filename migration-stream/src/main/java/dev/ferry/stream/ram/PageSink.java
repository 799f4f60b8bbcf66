package dev.ferry.stream.ram;

import java.io.IOException;
import java.util.List;

/**
 * Takes guest pages as they are read. Later runs overwrite earlier ones; pages never handed over
 * keep what they had (zero, for memory).
 */
public interface PageSink {

    /** Whether the contents are wanted; if not, most runs come {@code ABSENT} and cost nothing. */
    default boolean wantsContents() {
        return true;
    }

    /** Most memory it can take, all blocks together. */
    default long maxBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * Announces the blocks, before any page of theirs. A mapped-ram stream, in which each block's
     * pages follow its entry in the list, announces again when the next entry was read: the same
     * blocks and one more.
     *
     * @param pageSize target page size in bytes
     */
    void blocks(List<RamBlock> blocks, int pageSize) throws IOException;

    /**
     * Takes a run.
     *
     * @param run valid during the call only
     * @throws MalformedPageException if the content cannot be decoded
     */
    void pages(PageRun run) throws IOException, MalformedPageException;

    /** Forgets what was received for {@code length} bytes at {@code start}: postcopy's discard. */
    default void discard(RamBlock block, long start, long length) throws IOException {}

    /** Takes pages and does nothing. */
    PageSink NONE =
            new PageSink() {
                @Override
                public boolean wantsContents() {
                    return false;
                }

                @Override
                public void blocks(List<RamBlock> blocks, int pageSize) {}

                @Override
                public void pages(PageRun run) {}
            };
}
