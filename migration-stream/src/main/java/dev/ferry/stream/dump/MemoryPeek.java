package dev.ferry.stream.dump;

import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks a few bytes at a guest-physical address out of all pages. */
final class MemoryPeek implements PageSink {

    private final RangePlacement placement;
    private final long address;
    private final byte[] bytes;
    private @Nullable PageRun run;

    private MemoryPeek(GuestLayout layout, long address, int length) {
        this.placement = RangePlacement.byAddress(layout.ranges());
        this.address = address;
        this.bytes = new byte[length];
    }

    /** Reads memory; where the guest has none, there are zeros. */
    static byte[] read(GuestDump dump, long address, int length) throws IOException {
        MemoryPeek peek = new MemoryPeek(dump.layout(), address, length);
        dump.pages().transfer(peek);
        return peek.bytes;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) {}

    @Override
    public void pages(PageRun pages) throws IOException {
        run = pages;
        placement.place(
                pages.block(), pages.offset(), (long) pages.count() * pages.pageSize(), this::part);
    }

    private void part(long offset, long length, long at) {
        PageRun from = run;
        if (from == null) {
            return;
        }
        long start = Math.max(at, address);
        long end = Math.min(at + length, address + bytes.length);
        for (long each = start; each < end; each++) {
            bytes[(int) (each - address)] = get(from, offset - from.offset() + each - at);
        }
    }

    private static byte get(PageRun run, long index) {
        if (run.encoding() != PageRun.Encoding.RAW) {
            return (byte) run.fill();
        }
        long page = index / run.pageSize();
        long within = index % run.pageSize();
        return run.data().get((int) (run.dataIndex() + page * run.stride() + within));
    }
}
