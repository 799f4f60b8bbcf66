package dev.ferry.stream.convert;

import dev.ferry.stream.io.WireOutput;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageCensus;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamSectionWriter;
import dev.ferry.stream.ram.ZeroDetection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Memory as page records in the stream itself. */
public final class PageRecords implements RamTarget {

    private final PageSource source;
    private final List<RamBlock> shared;
    private final ZeroPages zeroPages;

    /**
     * @param shared blocks that are listed but have no pages in the stream
     */
    public PageRecords(PageSource source, List<RamBlock> shared, ZeroPages zeroPages) {
        this.source = source;
        this.shared = List.copyOf(shared);
        this.zeroPages = zeroPages;
    }

    @Override
    public void start(WireOutput out, RamFeatures features) throws IOException {
        RamSectionWriter ram = new RamSectionWriter(out, source.pageSize());
        ram.blockList(source.blocks(), features);
        ram.eos();
    }

    @Override
    public void part(WireOutput out) throws IOException {
        RamSectionWriter ram = new RamSectionWriter(out, source.pageSize());
        Sink sink = new Sink(ram);
        source.transfer(zeroPages == ZeroPages.DATA ? sink : new ZeroDetection(sink));
        if (zeroPages != ZeroPages.SKIP) {
            for (RamBlock block : source.blocks()) {
                if (!shared.contains(block)) {
                    sink.rest(block);
                }
            }
        }
        ram.eos();
    }

    @Override
    public void end(WireOutput out) throws IOException {
        new RamSectionWriter(out, source.pageSize()).eos();
    }

    private final class Sink implements PageSink {

        private final RamSectionWriter ram;
        private final PageCensus written = new PageCensus();
        private final ByteBuffer page = ByteBuffer.allocate(source.pageSize());
        private int fill;

        Sink(RamSectionWriter ram) {
            this.ram = ram;
        }

        @Override
        public void blocks(List<RamBlock> blocks, int pageSize) {
            written.blocks(blocks, pageSize);
        }

        @Override
        public void pages(PageRun run) throws IOException, MalformedPageException {
            if (run.encoding() == PageRun.Encoding.FILL && run.fill() == 0) {
                // With the pages that never come, so that one rule holds for all zero pages.
                return;
            }
            written.pages(run);
            if (run.encoding() != PageRun.Encoding.FILL) {
                ram.pages(run);
                return;
            }
            // Newer QEMU takes no other ZERO record than one of zeros.
            if (fill != run.fill()) {
                fill = run.fill();
                for (int i = 0; i < page.capacity(); i++) {
                    page.put(i, (byte) fill);
                }
            }
            data(run.block(), run.offset(), run.count());
        }

        private void data(RamBlock block, long offset, long count) throws IOException {
            for (long i = 0; i < count; i++) {
                ram.plain(block, offset + i * page.capacity(), page, 0);
            }
        }

        /** Writes the pages that did not come with content. */
        void rest(RamBlock block) throws IOException {
            int size = page.capacity();
            if (fill != 0) {
                page.put(0, new byte[size]);
                fill = 0;
            }
            long pages = block.pages(size);
            for (long at = written.nextMissing(block, 0);
                    at < pages;
                    at = written.nextMissing(block, at + 1)) {
                if (zeroPages == ZeroPages.DATA) {
                    ram.plain(block, at * size, page, 0);
                } else {
                    ram.fill(block, at * size, 0);
                }
            }
        }
    }
}
