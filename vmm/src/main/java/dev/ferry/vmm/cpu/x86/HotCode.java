package dev.ferry.vmm.cpu.x86;

/** Makes a class of a block that is run often, and of the blocks it leads to. */
final class HotCode {

    static final int THRESHOLD = 2000;

    private final BlockCache blocks;

    HotCode(BlockCache blocks) {
        this.blocks = blocks;
    }

    void make(Block block) {
        blocks.neighbour(block, block.physical);
    }
}
