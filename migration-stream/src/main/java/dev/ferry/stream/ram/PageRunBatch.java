package dev.ferry.stream.ram;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Gathers pages into runs and hands these to the sink. Contents are borrowed until {@link #flush},
 * which whoever owns the buffer calls before changing it.
 */
public final class PageRunBatch {

    private final RamState ram;
    private final PageRun run = new PageRun();
    private boolean open;

    /** Batches the pages of channel number {@code channel}. */
    public PageRunBatch(RamState ram, int channel) {
        this.ram = ram;
        run.channel(channel);
    }

    /** {@code count} pages whose bytes are in {@code bytes} from {@code index} on. */
    public void raw(
            RamBlock block,
            long offset,
            int count,
            PageKind kind,
            ByteBuffer bytes,
            int index,
            int stride,
            long from)
            throws IOException, MalformedPageException {
        if (open
                && run.encoding() == PageRun.Encoding.RAW
                && run.continues(block, offset, kind)
                && run.stride() == stride
                && run.data() == bytes
                && run.dataIndex() + run.count() * stride == index) {
            run.count(run.count() + count);
            return;
        }
        flush();
        run.beginRaw(block, offset, kind, bytes, index, stride, from);
        run.count(count);
        opened();
    }

    /** {@code count} pages of one repeated byte. */
    public void fill(RamBlock block, long offset, int count, PageKind kind, int value, long from)
            throws IOException, MalformedPageException {
        if (open
                && run.encoding() == PageRun.Encoding.FILL
                && run.fill() == value
                && run.continues(block, offset, kind)) {
            run.count(run.count() + count);
            return;
        }
        flush();
        run.beginFill(block, offset, kind, value, from);
        run.count(count);
        opened();
    }

    /** {@code count} pages whose bytes nobody wants. */
    public void absent(RamBlock block, long offset, PageKind kind, int count, long from)
            throws IOException, MalformedPageException {
        if (open
                && run.encoding() == PageRun.Encoding.ABSENT
                && run.continues(block, offset, kind)
                && run.count() <= Integer.MAX_VALUE - count) {
            run.count(run.count() + count);
            return;
        }
        flush();
        run.beginAbsent(block, offset, kind, from);
        run.count(count);
        opened();
    }

    /** One encoded page; handed over at once. */
    public void encoded(
            RamBlock block,
            long offset,
            PageKind kind,
            PageRun.Encoding encoding,
            ByteBuffer bytes,
            int index,
            int length,
            long from)
            throws IOException, MalformedPageException {
        flush();
        run.encoded(block, offset, kind, encoding, bytes, index, length, from);
        opened();
        flush();
    }

    /** Hands over what is gathered; a run that the sink refuses stays the current one. */
    public void flush() throws IOException, MalformedPageException {
        if (open) {
            ram.statistics().count(run.block(), run.kind(), run.count());
            ram.sink().pages(run);
            open = false;
        }
    }

    /** Every run begins here, and with it the page size is settled. */
    private void opened() {
        run.pageSize(ram.pageSize());
        open = true;
    }

    /** The run being gathered or handed over, for messages. */
    @Nullable PageRun current() {
        return open ? run : null;
    }
}
