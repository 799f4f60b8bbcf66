package dev.ferry.stream.ram;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Finds the pages among RAW ones that are zero, and passes them on as FILL: not every source looks
 * itself.
 */
public final class ZeroDetection implements PageSink {

    private static final ValueLayout.OfLong WORD = ValueLayout.JAVA_LONG_UNALIGNED;

    private final PageSink sink;
    private final PageRun part = new PageRun();

    /** Passes pages on to {@code sink}. */
    public ZeroDetection(PageSink sink) {
        this.sink = sink;
    }

    @Override
    public long maxBytes() {
        return sink.maxBytes();
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        sink.blocks(blocks, pageSize);
    }

    @Override
    public void pages(PageRun run) throws IOException, MalformedPageException {
        if (run.encoding() != PageRun.Encoding.RAW) {
            sink.pages(run);
            return;
        }
        MemorySegment memory = run.segment();
        int pageSize = run.pageSize();
        int from = 0;
        boolean zero = false;
        for (int i = 0; i < run.count(); i++) {
            long at = run.dataIndex() + (long) i * run.stride();
            boolean is = isZero(memory, at, pageSize);
            if (is != zero && i > from) {
                pass(run, from, i, zero);
                from = i;
            }
            zero = is;
        }
        if (from == 0 && !zero) {
            sink.pages(run);
        } else {
            pass(run, from, run.count(), zero);
        }
    }

    private void pass(PageRun run, int from, int to, boolean zero)
            throws IOException, MalformedPageException {
        part.partOf(run, from, to - from);
        if (zero) {
            part.beginFill(part.block(), part.offset(), part.kind(), 0, part.streamOffset());
            part.count(to - from);
        }
        sink.pages(part);
    }

    /** Whether a page is zero; one that is not shows it within its first words nearly always. */
    static boolean isZero(MemorySegment memory, long at, int pageSize) {
        for (int i = 0; i < pageSize; i += 256) {
            long any = 0;
            for (int k = 0; k < 256; k += 8) {
                any |= memory.get(WORD, at + i + k);
            }
            if (any != 0) {
                return false;
            }
        }
        return true;
    }
}
