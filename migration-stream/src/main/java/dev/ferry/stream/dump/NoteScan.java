package dev.ferry.stream.dump;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at pages on their way to a sink, and keeps those that begin with a VMCOREINFO note: Linux
 * has its note at the beginning of a page of its own. Linux kernel/crash_core.c.
 */
final class NoteScan implements PageSink {

    /** Kernels that ran before may have left notes, but not many. */
    private static final int MAX_NOTES = 16;

    private static final byte[] NAME = "VMCOREINFO\0".getBytes(StandardCharsets.US_ASCII);
    private static final int NAME_AT = 12;

    private final PageSink next;
    private final List<Found> notes = new ArrayList<>();

    /** The page a note begins on. */
    record Found(RamBlock block, long offset, ByteBuffer page) {}

    NoteScan(PageSink next) {
        this.next = next;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        next.blocks(blocks, pageSize);
    }

    @Override
    public void pages(PageRun run) throws IOException, MalformedPageException {
        if (run.encoding() == PageRun.Encoding.RAW) {
            ByteBuffer data = run.data();
            int at = run.dataIndex();
            for (int i = 0; i < run.count(); i++) {
                if (data.get(at + NAME_AT) == 'V' && begins(data, at)) {
                    keep(run, i, at);
                }
                at += run.stride();
            }
        }
        next.pages(run);
    }

    private static boolean begins(ByteBuffer data, int at) {
        for (int i = 0; i < NAME.length; i++) {
            if (data.get(at + NAME_AT + i) != NAME[i]) {
                return false;
            }
        }
        return true;
    }

    private void keep(PageRun run, int index, int at) {
        if (notes.size() < MAX_NOTES) {
            byte[] page = new byte[run.pageSize()];
            run.data().get(at, page);
            notes.add(
                    new Found(
                            run.block(),
                            run.offset() + (long) index * run.pageSize(),
                            ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN)));
        }
    }

    List<Found> notes() {
        return List.copyOf(notes);
    }
}
