package dev.ferry.stream.ram;

import java.io.IOException;
import java.util.List;

/**
 * Told about what RAM sections hold beside pages, in stream order with the runs that go to the
 * {@link PageSink}: whoever wants to write the same records again needs it.
 *
 * <p>{@code channel} is the channel's number, {@code at} the offset of the record's first byte in
 * it.
 */
public interface RamListener {

    /**
     * A block list was read.
     *
     * @param length its bytes, the MEM_SIZE word included; with mapped-ram also the pages
     */
    default void blockList(int channel, long at, long length, List<RamBlock> blocks)
            throws IOException {}

    /**
     * A page record that names its block, instead of continuing with the one before.
     *
     * @param at offset of the name's length byte
     */
    default void blockName(int channel, long at, RamBlock block) throws IOException {}

    /**
     * Pages of a mapped-ram block follow, as runs, in the order of their places. Comes for each
     * entry of the list before {@link #blockList} does for the whole.
     *
     * @param at offset of the entry
     * @param total what the MEM_SIZE word says of all blocks
     * @param bitmap which pages
     */
    default void mappedBlock(
            int channel, long at, long total, RamBlock block, MappedRamBitmap bitmap)
            throws IOException {}

    /**
     * The record that is told of next is more than its flag: QEMU passes over CONTINUE and an
     * address there.
     *
     * @param word all of its first word
     */
    default void oddWord(int channel, long at, long word) throws IOException {}

    /**
     * A multifd packet of pages.
     *
     * @param name the block it names; what is left of an old name if it has no pages
     */
    default void packet(int channel, long at, String name) {}

    /** A MULTIFD_FLUSH record. */
    default void flush(int channel, long at) throws IOException {}

    /** A HOOK record. */
    default void hook(int channel, long at) throws IOException {}

    /** An EOS record, which ends a section's body. */
    default void eos(int channel, long at) throws IOException {}

    /** Listens to nothing. */
    RamListener NONE = new RamListener() {};
}
