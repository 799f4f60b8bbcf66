package dev.ferry.vmm.machine;

import dev.ferry.vmm.memory.RamBlock;
import java.util.ArrayList;
import java.util.List;

/**
 * Where main memory is: from 0 up to the hole for devices below 4 GiB, and on from 4 GiB.
 *
 * @param below bytes below the hole
 * @param above bytes from 4 GiB on
 */
public record RamLayout(long below, long above) {

    /** Where memory goes on. */
    public static final long HIGH = 1L << 32;

    /**
     * As QEMU's boards split it (hw/i386/pc_piix.c, pc_q35.c, microvm.c): a hole of 1 GiB, but no
     * larger than needed where memory nearly reaches it.
     */
    static RamLayout of(MachineType type, long bytes) {
        long low =
                switch (type.board()) {
                    case MICROVM -> Math.min(bytes, 0xc000_0000L);
                    case ISAPC -> bytes;
                    case I440FX -> bytes >= 0xe000_0000L ? 0xc000_0000L : bytes;
                    case Q35 -> bytes >= 0xb000_0000L ? 0x8000_0000L : bytes;
                };
        return new RamLayout(low, bytes - low);
    }

    /** Part of a block at an address. */
    record Piece(RamBlock block, long gpa, long offset, long length) {}

    /** Where the pieces of one block go. */
    List<Piece> pieces(RamBlock block) {
        List<Piece> pieces = new ArrayList<>();
        pieces.add(new Piece(block, 0, 0, below));
        if (above > 0) {
            pieces.add(new Piece(block, HIGH, below, above));
        }
        return pieces;
    }
}
