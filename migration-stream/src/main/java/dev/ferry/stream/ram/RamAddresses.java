package dev.ferry.stream.ram;

import java.util.List;

/**
 * One number space for the pages of all blocks, as QEMU's {@code ram_addr_t} is: blocks one behind
 * the other, in the order of the list.
 */
final class RamAddresses {

    private long[] starts = new long[0];

    RamAddresses() {}

    void blocks(List<RamBlock> blocks) {
        starts = new long[blocks.size()];
        long at = 0;
        for (RamBlock block : blocks) {
            starts[block.index()] = at;
            at += block.usedLength();
        }
    }

    long of(RamBlock block, long offset) {
        return starts[block.index()] + offset;
    }
}
