package dev.ferry.stream.ram;

import java.io.IOException;
import java.util.List;

/** Several sinks that all see every page, in their order. */
public final class PageSinks implements PageSink {

    private final List<PageSink> sinks;

    public PageSinks(List<PageSink> sinks) {
        this.sinks = List.copyOf(sinks);
    }

    @Override
    public boolean wantsContents() {
        for (PageSink sink : sinks) {
            if (sink.wantsContents()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public long maxBytes() {
        long least = Long.MAX_VALUE;
        for (PageSink sink : sinks) {
            least = Math.min(least, sink.maxBytes());
        }
        return least;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        for (PageSink sink : sinks) {
            sink.blocks(blocks, pageSize);
        }
    }

    @Override
    public void pages(PageRun run) throws IOException, MalformedPageException {
        for (PageSink sink : sinks) {
            sink.pages(run);
        }
    }

    @Override
    public void discard(RamBlock block, long start, long length) throws IOException {
        for (PageSink sink : sinks) {
            sink.discard(block, start, length);
        }
    }
}
