package dev.ferry.stream.convert;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.List;

/** Passes pages on to a sink that was told about the blocks before. */
record Announced(PageSink sink) implements PageSink {

    @Override
    public boolean wantsContents() {
        return sink.wantsContents();
    }

    @Override
    public long maxBytes() {
        return sink.maxBytes();
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {}

    @Override
    public void pages(PageRun run) throws IOException, MalformedPageException {
        sink.pages(run);
    }
}
