package dev.ferry.stream.ram;

import dev.ferry.stream.Place;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.spi.RamExtension;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What all channels of one migration share about RAM: page size, blocks, counts, the sink. */
public final class RamState implements AutoCloseable {

    /** Smallest target page that QEMU has (AVR). */
    public static final int MIN_PAGE_SIZE = 256;

    /** Largest target page that QEMU has. */
    public static final int MAX_PAGE_SIZE = 64 << 10;

    private static final int[] LIKELY_PAGE_SIZES = {
        4096, 8192, 16384, 65536, 1024, 2048, 512, 256, 32768
    };

    private final PageSink sink;
    private final RamListener listener;
    private final @Nullable RamExtension extension;
    private final RamStatistics statistics = new RamStatistics();
    private final Map<String, RamBlock> byId = new HashMap<>();
    private List<RamBlock> blocks = List.of();
    private int pageSize;
    private boolean announced;
    private boolean postcopy;

    /** Nothing known yet; pages will go to {@code sink}. */
    public RamState(PageSink sink) {
        this(sink, RamListener.NONE, null);
    }

    /**
     * Nothing known yet; pages will go to {@code sink}, the rest is told to {@code listener}.
     *
     * @param extension reads what is not QEMU's own, if anything does
     */
    public RamState(PageSink sink, RamListener listener, @Nullable RamExtension extension) {
        this.sink = sink;
        this.listener = listener;
        this.extension = extension;
    }

    /** All target page sizes, the likeliest first: nearly every target has 4 KiB. */
    public static int[] likelyPageSizes() {
        return LIKELY_PAGE_SIZES.clone();
    }

    /** Whether {@code bytes} can be a target page size: a power of two from 256 to 65536. */
    public static boolean possiblePageSize(long bytes) {
        return bytes >= MIN_PAGE_SIZE && bytes <= MAX_PAGE_SIZE && Long.bitCount(bytes) == 1;
    }

    /** Where pages go. */
    public PageSink sink() {
        return sink;
    }

    /** Told about what is no page. */
    public RamListener listener() {
        return listener;
    }

    /** Reads records that are not QEMU's own; null if they are to be refused. */
    @Nullable RamExtension extension() {
        return extension;
    }

    /** What was read so far, counted. */
    public RamStatistics statistics() {
        return statistics;
    }

    /** The block list in stream order; empty before it was read. */
    public List<RamBlock> blocks() {
        return blocks;
    }

    /** The block named {@code id}, or null. */
    public @Nullable RamBlock block(String id) {
        return byId.get(id);
    }

    /** Sets the block list, or all there is of it yet. */
    void blocks(List<RamBlock> list) {
        blocks = List.copyOf(list);
        byId.clear();
        for (RamBlock block : list) {
            byId.put(block.id(), block);
        }
        statistics.blocks(list.size());
        announced = false;
    }

    /** Target page size in bytes, or 0 while nothing has told it. */
    public int pageSize() {
        return pageSize;
    }

    /** Fixes the target page size. */
    public void pageSize(int bytes) {
        if (!possiblePageSize(bytes)) {
            throw new IllegalArgumentException("page size " + bytes);
        }
        pageSize = bytes;
    }

    /** From here on pages are postcopy's. */
    public void postcopyBegins() {
        postcopy = true;
    }

    boolean postcopy() {
        return postcopy;
    }

    /** Tells the extension that all was read. */
    public void end(Place at, StreamItem.@Nullable Description description) throws IOException {
        if (extension != null) {
            extension.end(at, description);
        }
    }

    /** Closes the extension. */
    @Override
    public void close() {
        if (extension != null) {
            extension.close();
        }
    }

    /** Tells the sink about the blocks, once, when the page size is settled. */
    public void announce() throws IOException {
        if (!announced && pageSize != 0 && !blocks.isEmpty()) {
            announced = true;
            sink.blocks(blocks, pageSize);
        }
    }
}
