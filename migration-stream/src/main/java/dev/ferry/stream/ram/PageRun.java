package dev.ferry.stream.ram;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring pages of one block that came in the same way. The one instance a reader has is
 * refilled for each run: everything here is valid only inside {@link PageSink#pages}.
 *
 * <p>Page i of the run covers block bytes {@code offset() + i * pageSize()} onwards. Where the
 * content is depends on {@link #encoding()}:
 *
 * <ul>
 *   <li>{@code RAW}: {@link #pageSize()} bytes in {@link #data()} at index {@code dataIndex() + i *
 *       stride()}
 *   <li>{@code FILL}: every byte is {@link #fill()}
 *   <li>{@code XBZRLE}, {@code ZLIB}: one page, {@link #encodedLength()} bytes in {@link #data()}
 *       at {@link #dataIndex()}
 *   <li>{@code ABSENT}: the reader was told not to fetch contents
 * </ul>
 */
public final class PageRun {

    /** In what form the content is there. */
    public enum Encoding {
        RAW,
        FILL,
        XBZRLE,
        ZLIB,
        ABSENT
    }

    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private @Nullable RamBlock block;
    private PageKind kind = PageKind.ZERO;
    private Encoding encoding = Encoding.ABSENT;
    private long offset;
    private int count;
    private int pageSize;
    private ByteBuffer data = NONE;
    private @Nullable ByteBuffer segmentOf;
    private @Nullable MemorySegment segment;
    private int dataIndex;
    private int stride;
    private int encodedLength;
    private int fill;
    private int channel;
    private long streamOffset;

    PageRun() {}

    /** The block the pages belong to. */
    public RamBlock block() {
        if (block == null) {
            throw new IllegalStateException("no run yet");
        }
        return block;
    }

    /** What sort of record brought the pages. */
    public PageKind kind() {
        return kind;
    }

    /** In what form the content is there. */
    public Encoding encoding() {
        return encoding;
    }

    /** Byte offset of the first page in its block. */
    public long offset() {
        return offset;
    }

    /** How many pages. */
    public int count() {
        return count;
    }

    /** Target page size in bytes. */
    public int pageSize() {
        return pageSize;
    }

    /** Where RAW and encoded content is; borrowed, do not change its position. */
    public ByteBuffer data() {
        return data;
    }

    /** {@link #data()} as a segment; its index 0 is the buffer's. */
    public MemorySegment segment() {
        MemorySegment whole = segment;
        if (whole == null || segmentOf != data) {
            // Runs come from one buffer or two; a segment for each run would be a page's garbage.
            whole = MemorySegment.ofBuffer(data.duplicate().clear());
            segmentOf = data;
            segment = whole;
        }
        return whole;
    }

    /** Where in {@link #data()} the first page's content begins. */
    public int dataIndex() {
        return dataIndex;
    }

    /** Bytes from one RAW page in {@link #data()} to the next. */
    public int stride() {
        return stride;
    }

    /** Bytes of an encoded page's content. */
    public int encodedLength() {
        return encodedLength;
    }

    /** The byte a FILL page consists of, 0 to 255. */
    public int fill() {
        return fill;
    }

    /** The channel the run came on, 0 for the main one. */
    public int channel() {
        return channel;
    }

    /** Offset in that channel of the first page's record or content. */
    public long streamOffset() {
        return streamOffset;
    }

    void channel(int number) {
        this.channel = number;
    }

    void pageSize(int bytes) {
        this.pageSize = bytes;
    }

    /** Begins a run of one page; {@link #count(int)} sets another length. */
    private void begin(RamBlock of, long at, PageKind how, Encoding as, long from) {
        block = of;
        offset = at;
        kind = how;
        encoding = as;
        count = 1;
        streamOffset = from;
    }

    void beginRaw(
            RamBlock of, long at, PageKind how, ByteBuffer bytes, int index, int step, long from) {
        begin(of, at, how, Encoding.RAW, from);
        data = bytes;
        dataIndex = index;
        stride = step;
    }

    void beginFill(RamBlock of, long at, PageKind how, int value, long from) {
        begin(of, at, how, Encoding.FILL, from);
        fill = value;
    }

    void beginAbsent(RamBlock of, long at, PageKind how, long from) {
        begin(of, at, how, Encoding.ABSENT, from);
    }

    void encoded(
            RamBlock of,
            long at,
            PageKind how,
            Encoding as,
            ByteBuffer bytes,
            int index,
            int length,
            long from) {
        begin(of, at, how, as, from);
        data = bytes;
        dataIndex = index;
        encodedLength = length;
    }

    /** Becomes {@code pages} pages of {@code whole} from page {@code first} of it on. */
    void partOf(PageRun whole, int first, int pages) {
        begin(
                whole.block(),
                whole.offset + (long) first * whole.pageSize,
                whole.kind,
                whole.encoding,
                whole.streamOffset);
        count = pages;
        pageSize = whole.pageSize;
        channel = whole.channel;
        data = whole.data;
        dataIndex = whole.dataIndex + first * whole.stride;
        stride = whole.stride;
        encodedLength = whole.encodedLength;
        fill = whole.fill;
    }

    void count(int pages) {
        count = pages;
    }

    /** Whether the page at {@code at} would continue this run. */
    boolean continues(RamBlock of, long at, PageKind how) {
        return block != null
                && block.index() == of.index()
                && kind == how
                && offset + (long) count * pageSize == at;
    }
}
