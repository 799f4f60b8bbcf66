package dev.ferry.tools.verify;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** All checks as one, and as the sink of the pages. */
final class Checks implements PageSink {

    private final List<Check> checks;

    Checks(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    void item(StreamItem item) throws IOException {
        for (Check check : checks) {
            check.item(item);
        }
    }

    void end() {
        for (Check check : checks) {
            check.end();
        }
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        try {
            for (Check check : checks) {
                check.blocks(blocks, pageSize);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void pages(PageRun run) {
        for (Check check : checks) {
            check.pages(run);
        }
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        for (Check check : checks) {
            check.discard(block, start, length);
        }
    }
}
