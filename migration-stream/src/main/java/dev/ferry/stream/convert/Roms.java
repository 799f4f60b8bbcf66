package dev.ferry.stream.convert;

import dev.ferry.stream.ram.RamBlock;

/** Blocks in which a destination may have something else than zeros before it loads anything. */
final class Roms {

    /** Firmware and device ROMs are not larger. */
    private static final long LARGEST = 16 << 20;

    private Roms() {}

    /** Whether a block may be a ROM: the stream tells its length only. */
    static boolean mayBe(RamBlock block) {
        return block.usedLength() <= LARGEST;
    }
}
