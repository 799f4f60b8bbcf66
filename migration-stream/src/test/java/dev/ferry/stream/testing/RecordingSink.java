package dev.ferry.stream.testing;

import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it is told, one line each. */
public final class RecordingSink implements PageSink {

    private final boolean contents;
    private final List<String> lines = new ArrayList<>();

    /** Wants contents, and tells each RAW run's first bytes. */
    public RecordingSink() {
        this(true);
    }

    public RecordingSink(boolean contents) {
        this.contents = contents;
    }

    /** What it was told so far, and forgets it. */
    public List<String> lines() {
        List<String> told = List.copyOf(lines);
        lines.clear();
        return told;
    }

    @Override
    public boolean wantsContents() {
        return contents;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {
        StringBuilder line = new StringBuilder("blocks of " + pageSize + ":");
        for (RamBlock block : blocks) {
            line.append(' ').append(block.id()).append(' ').append(hex(block.usedLength()));
        }
        lines.add(line.toString());
    }

    @Override
    public void discard(RamBlock block, long start, long length) {
        lines.add("discard " + block.id() + " " + hex(start) + " " + hex(length));
    }

    /** {@code kind encoding block offset xCount [content] @streamOffset}. */
    @Override
    public void pages(PageRun run) {
        StringBuilder line = new StringBuilder();
        line.append(run.kind()).append(' ').append(run.encoding());
        line.append(' ').append(run.block().id()).append(' ').append(hex(run.offset()));
        if (run.count() > 1) {
            line.append(" x").append(run.count());
        }
        switch (run.encoding()) {
            case RAW -> {
                line.append(" [");
                for (int i = 0; i < run.count(); i++) {
                    int first = run.data().get(run.dataIndex() + i * run.stride()) & 0xff;
                    int last =
                            run.data().get(run.dataIndex() + i * run.stride() + run.pageSize() - 1)
                                    & 0xff;
                    line.append(i == 0 ? "" : " ").append(Integer.toHexString(first));
                    line.append("..").append(Integer.toHexString(last));
                }
                line.append(']');
            }
            case FILL -> line.append(" [").append(Integer.toHexString(run.fill())).append(']');
            case XBZRLE, ZLIB -> line.append(" [").append(run.encodedLength()).append(" bytes]");
            case ABSENT -> {}
        }
        line.append(" @").append(hex(run.streamOffset()));
        if (run.channel() != 0) {
            line.append(" channel ").append(run.channel());
        }
        lines.add(line.toString());
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value);
    }
}
