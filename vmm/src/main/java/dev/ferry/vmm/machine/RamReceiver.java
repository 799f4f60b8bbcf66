package dev.ferry.vmm.machine;

import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.vmm.memory.Backing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Puts pages that come into a machine's blocks. */
final class RamReceiver implements PageSink {

    private final Machine machine;
    private dev.ferry.vmm.memory.RamBlock[] targets = {};

    RamReceiver(Machine machine) {
        this.machine = machine;
    }

    @Override
    public void blocks(List<RamBlock> blocks, int pageSize) throws IOException {
        dev.ferry.vmm.memory.RamBlock[] found = new dev.ferry.vmm.memory.RamBlock[blocks.size()];
        for (RamBlock block : blocks) {
            dev.ferry.vmm.memory.RamBlock target = machine.block(block.id());
            if (target == null) {
                // Memory of a device that is carried.
                target =
                        machine.board()
                                .blocks
                                .append(
                                        block.id(),
                                        block.usedLength(),
                                        false,
                                        new Backing.Anonymous());
                machine.config()
                        .listener
                        .note("memory '" + block.id() + "' is of a device that is not modelled");
            }
            if (target.size() < block.usedLength()) {
                throw new IOException(
                        target
                                + " cannot take the 0x"
                                + Long.toHexString(block.usedLength())
                                + " bytes that come");
            }
            found[block.index()] = target;
        }
        targets = found;
    }

    @Override
    public void pages(PageRun run) throws MalformedPageException {
        dev.ferry.vmm.memory.RamBlock target = targets[run.block().index()];
        int size = run.pageSize();
        long bytes = (long) run.count() * size;
        switch (run.encoding()) {
            case RAW -> {
                if (run.stride() == size) {
                    MemorySegment.copy(
                            run.segment(), run.dataIndex(), target.segment(), run.offset(), bytes);
                } else {
                    for (int i = 0; i < run.count(); i++) {
                        MemorySegment.copy(
                                run.segment(),
                                run.dataIndex() + (long) i * run.stride(),
                                target.segment(),
                                run.offset() + (long) i * size,
                                size);
                    }
                }
            }
            case FILL -> {
                if (run.fill() != 0) {
                    target.segment().asSlice(run.offset(), bytes).fill((byte) run.fill());
                }
            }
            case ABSENT -> {
                return;
            }
            case XBZRLE, ZLIB ->
                    throw new IllegalArgumentException("pages come decoded: " + run.encoding());
        }
        target.dirtyLog().mark(run.offset(), bytes);
    }
}
