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

    /**
     * Longest block it can take.
     *
     * @param pageSize target page size in bytes; 256, the smallest, where it is not known yet
     */
    default long maxBlockBytes(int pageSize) {
        return Long.MAX_VALUE;
    }

    /**
     * Announces the blocks, before any page of theirs.
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
