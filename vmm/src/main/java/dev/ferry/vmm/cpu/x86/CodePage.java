package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** The blocks that begin in one physical page, by offset. */
final class CodePage {

    final long physical;
    private final @Nullable Block[] blocks = new @Nullable Block[4096];

    /** Where the first block begins and the last one ends: bytes outside hold no instructions. */
    private int first = 4096;

    private int end;
    private int live;

    /** Stores to the page since it has had no block any more. */
    private int idleStores;

    CodePage(long physical) {
        this.physical = physical;
    }

    @Nullable Block find(int offset, int mode) {
        Block block = blocks[offset];
        while (block != null && block.mode != mode) {
            block = block.otherMode;
        }
        return block;
    }

    void add(int offset, Block block) {
        block.otherMode = blocks[offset];
        blocks[offset] = block;
        live++;
        idleStores = 0;
        first = Math.min(first, offset);
        end = Math.max(end, offset + block.length());
    }

    /** Takes out what has these bytes. */
    boolean invalidate(long address, int length) {
        int from = (int) Math.max(address - physical, 0);
        int to = (int) Math.min(address + length - physical, 4096);
        if (to <= first || from >= end) {
            return false;
        }
        boolean found = false;
        for (int i = first; i < to; i++) {
            Block block = blocks[i];
            Block kept = null;
            while (block != null) {
                Block next = block.otherMode;
                if (block.overlaps(address, length)) {
                    block.invalidate();
                    live--;
                    found = true;
                } else {
                    block.otherMode = kept;
                    kept = block;
                }
                block = next;
            }
            blocks[i] = kept;
        }
        return found;
    }

    /** Takes out everything. */
    void clear() {
        for (int i = first; i < 4096; i++) {
            for (Block block = blocks[i]; block != null; block = block.otherMode) {
                block.invalidate();
            }
            blocks[i] = null;
        }
        first = 4096;
        end = 0;
        live = 0;
    }

    /** Whether it has been data for some time: counts one more store to it. */
    boolean abandoned() {
        return live == 0 && ++idleStores >= 32;
    }
}
