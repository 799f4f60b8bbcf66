package dev.ferry.stream;

import dev.ferry.stream.ram.PageSink;

/**
 * How to read a migration.
 *
 * @param pageSize target page size in bytes, or 0 to find it out from the stream
 * @param limits what reading may cost
 * @param pages takes guest memory
 */
public record ReaderOptions(int pageSize, Limits limits, PageSink pages) {

    /** Reads structure and devices, no page contents. */
    public static final ReaderOptions DEFAULT = new ReaderOptions(0, Limits.DEFAULT, PageSink.NONE);

    public ReaderOptions withPages(PageSink sink) {
        return new ReaderOptions(pageSize, limits, sink);
    }
}
