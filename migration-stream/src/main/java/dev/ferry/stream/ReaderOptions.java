package dev.ferry.stream;

import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.spi.RamExtension;
import dev.ferry.stream.vmstate.LayoutSource;
import org.jspecify.annotations.Nullable;

/**
 * How to read a migration.
 *
 * @param pageSize target page size in bytes, or 0 to find it out from the stream
 * @param limits what reading may cost
 * @param pages takes guest memory
 * @param layouts layouts of devices for streams without a description, used together with our own
 *     catalogue; null for that alone
 * @param listener told about parts while they are read
 * @param extension reads RAM records that are not QEMU's own; null to refuse them
 */
public record ReaderOptions(
        int pageSize,
        Limits limits,
        PageSink pages,
        @Nullable LayoutSource layouts,
        StreamListener listener,
        RamExtension.@Nullable Factory extension) {

    /** Reads structure and devices, no page contents. */
    public static final ReaderOptions DEFAULT =
            new ReaderOptions(0, Limits.DEFAULT, PageSink.NONE, null, StreamListener.NONE, null);

    /** The same with guest memory going to {@code sink}. */
    public ReaderOptions withPages(PageSink sink) {
        return new ReaderOptions(pageSize, limits, sink, layouts, listener, extension);
    }

    /** The same with a page size that is known beforehand; 0 for none. */
    public ReaderOptions withPageSize(int bytes) {
        return new ReaderOptions(bytes, limits, pages, layouts, listener, extension);
    }

    /** The same with these limits. */
    public ReaderOptions withLimits(Limits other) {
        return new ReaderOptions(pageSize, other, pages, layouts, listener, extension);
    }

    /** The same with layouts for streams without a description; null for our own alone. */
    public ReaderOptions withLayouts(@Nullable LayoutSource source) {
        return new ReaderOptions(pageSize, limits, pages, source, listener, extension);
    }

    /** The same with {@code other} told about parts while they are read. */
    public ReaderOptions withListener(StreamListener other) {
        return new ReaderOptions(pageSize, limits, pages, layouts, other, extension);
    }

    /**
     * The same with RAM records of flag 0x200 read by what {@code factory} opens; null for none.
     */
    public ReaderOptions withExtension(RamExtension.@Nullable Factory factory) {
        return new ReaderOptions(pageSize, limits, pages, layouts, listener, factory);
    }
}
