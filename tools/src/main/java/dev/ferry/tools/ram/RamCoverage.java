package dev.ferry.tools.ram;

import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.List;

/** Which pages came at all, and how often the main channel went through memory. */
public final class RamCoverage implements PageSink {

    private final List<PageSet> received = new ArrayList<>();
    private int lastBlock = -1;
    private long lastOffset;
    private long passes;
    private boolean postcopy;

    public RamCoverage() {}

    @Override
    public boolean wantsContents() {
        return false;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {
        while (received.size() < blocks.size()) {
            received.add(new PageSet());
        }
    }

    @Override
    public void pages(PageRun run) {
        RamBlock block = run.block();
        if (block.index() >= received.size()) {
            return;
        }
        received.get(block.index()).add(run.offset() / run.pageSize(), run.count());
        if (run.channel() != 0 || postcopy || ofMultiFd(run.kind())) {
            return;
        }
        if (passes == 0
                || block.index() < lastBlock
                || (block.index() == lastBlock && run.offset() < lastOffset)) {
            passes++;
        }
        lastBlock = block.index();
        lastOffset = run.offset();
    }

    private static boolean ofMultiFd(PageKind kind) {
        return kind == PageKind.MULTIFD || kind == PageKind.MULTIFD_ZERO;
    }

    /** From now on the order of pages says nothing about passes. */
    public void postcopyBegins() {
        postcopy = true;
    }

    /** How many pages of {@code block} came at least once. */
    public long received(RamBlock block) {
        return block.index() < received.size() ? received.get(block.index()).size() : 0;
    }

    /** The pages of {@code block} that came. */
    public PageSet pages(RamBlock block) {
        return block.index() < received.size() ? received.get(block.index()) : new PageSet();
    }

    /**
     * How often page records of the main channel began anew at a lower address before postcopy,
     * counting the first time: QEMU's rounds over memory.
     */
    public long passes() {
        return passes;
    }
}
