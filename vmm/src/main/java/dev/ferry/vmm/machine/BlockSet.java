package dev.ferry.vmm.machine;

import dev.ferry.vmm.memory.Backing;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine's RAM blocks, in the order of QEMU's list: larger ones first, then as they came. */
final class BlockSet implements AutoCloseable {

    private record Entry(RamBlock block, long maxBytes) {}

    private final List<Entry> entries = new ArrayList<>();

    RamBlock add(String id, long bytes, long maxBytes, boolean readOnly, Backing backing)
            throws IOException {
        RamBlock block = new RamBlock(id, bytes, readOnly, backing);
        int at = 0;
        while (at < entries.size() && entries.get(at).maxBytes >= maxBytes) {
            at++;
        }
        entries.add(at, new Entry(block, maxBytes));
        return block;
    }

    /** Adds a block behind all others. */
    RamBlock append(String id, long bytes, boolean readOnly, Backing backing) throws IOException {
        RamBlock block = new RamBlock(id, bytes, readOnly, backing);
        entries.add(new Entry(block, 0));
        return block;
    }

    @Nullable RamBlock find(String id) {
        for (Entry entry : entries) {
            if (entry.block.id().equals(id)) {
                return entry.block;
            }
        }
        return null;
    }

    List<RamBlock> all() {
        List<RamBlock> blocks = new ArrayList<>();
        for (Entry entry : entries) {
            blocks.add(entry.block);
        }
        return blocks;
    }

    @Override
    public void close() {
        for (Entry entry : entries) {
            entry.block.close();
        }
    }
}
