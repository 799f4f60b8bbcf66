package dev.ferry.vmm.cpu.x86;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run of decoded instructions that is entered at its beginning only. */
final class Block {

    /** Physical address of the first byte. */
    final long physical;

    /** {@link X86Vcpu#mode} it was decoded for. */
    final int mode;

    final Op[] ops;

    /** Where each instruction begins, counted from the first, and at last where the next would. */
    final int[] starts;

    /** Traits of each instruction. */
    final int[] traits;

    /** Whether the last instruction sets RIP. */
    final boolean jumps;

    /** Physical address of the page that the only instruction ends in, or -1. */
    final long secondPage;

    /** Whether it may be used again. */
    volatile boolean valid = true;

    /** Times it was entered, until it was made a class of. */
    int count;

    /** The class made of it and of what it leads to. */
    @Nullable HotLoop hot;

    /** Where RIP may be for {@link #hot} to be run: its blocks must not wrap around. */
    long lowestRip;

    long highestRip;

    /** Distance of the last byte of its blocks. */
    int lastByte;

    /** Blocks whose classes this one is part of. */
    private final List<Block> heads = new ArrayList<>(0);

    /** The next block in {@link CodePage} at the same address, for another mode. */
    @Nullable Block otherMode;

    Block(
            long physical,
            int mode,
            Op[] ops,
            int[] starts,
            int[] traits,
            boolean jumps,
            long secondPage) {
        this.physical = physical;
        this.mode = mode;
        this.ops = ops;
        this.starts = starts;
        this.traits = traits;
        this.jumps = jumps;
        this.secondPage = secondPage;
    }

    /** Is part of a class from now on. */
    void partOf(Block head) {
        heads.add(head);
    }

    /** Must not be run any more, nor what was made of it. */
    void invalidate() {
        valid = false;
        for (Block head : heads) {
            head.hot = null;
            head.count = 0;
        }
        heads.clear();
    }

    int length() {
        return starts[ops.length];
    }

    boolean overlaps(long address, int bytes) {
        return address < physical + length() && physical < address + bytes;
    }
}
