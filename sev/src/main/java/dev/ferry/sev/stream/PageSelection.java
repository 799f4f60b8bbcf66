package dev.ferry.sev.stream;

import dev.ferry.sev.region.SharedRegions;
import dev.ferry.stream.ram.RamBlock;

/**
 * Which pages leave the host encrypted. Asked before anything else about a page, so that a private
 * page of zeros is sent like any other, and never as a delta, compressed, or over multifd to
 * receivers that do not know of it.
 *
 * <ol>
 *   <li>a block that is a ROM: none
 *   <li>{@code system.flash0}, which is the guest's firmware: all
 *   <li>{@code system.flash1}, which holds its variables: none
 *   <li>else all that the guest did not share
 * </ol>
 *
 * Source: AMD's QEMU branch sev_live_migration_v4_1, encrypted_test_list. That function takes a
 * page's offset in the block for its address, which is wrong above 4 GiB; this asks the machine.
 */
public final class PageSelection {

    private static final String FIRMWARE = "system.flash0";
    private static final String VARIABLES = "system.flash1";

    /** What a machine knows about its blocks. */
    public interface Machine {

        /** Whether the guest can only read the block. */
        boolean isRom(RamBlock block);

        /**
         * The guest page frame where a page of a block is mapped, whatever aliases are between.
         *
         * @param offset of the page in the block
         * @return -1 if it is not in the guest's physical memory
         */
        long gfn(RamBlock block, long offset);
    }

    private final Machine machine;
    private final SharedRegions shared;

    /** Asks {@code machine} where pages are, and {@code shared} at the moment of each question. */
    public PageSelection(Machine machine, SharedRegions shared) {
        this.machine = machine;
        this.shared = shared;
    }

    /**
     * Whether a page must be sent encrypted. A page that is nowhere in guest memory counts as
     * private.
     *
     * @param offset of the page in the block
     */
    public boolean isPrivate(RamBlock block, long offset) {
        if (machine.isRom(block)) {
            return false;
        }
        if (block.id().equals(FIRMWARE)) {
            return true;
        }
        if (block.id().equals(VARIABLES)) {
            return false;
        }
        long gfn = machine.gfn(block, offset);
        return gfn < 0 || !shared.isShared(gfn);
    }
}
