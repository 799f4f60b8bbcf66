package dev.ferry.stream.ram;

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
    default void blockList(int channel, long at, long length, List<RamBlock> blocks) {}

    /**
     * A page record that names its block, instead of continuing with the one before.
     *
     * @param at offset of the name's length byte
     */
    default void blockName(int channel, long at, RamBlock block) {}

    /** A MULTIFD_FLUSH record. */
    default void flush(int channel, long at) {}

    /** A HOOK record. */
    default void hook(int channel, long at) {}

    /** An EOS record, which ends a section's body. */
    default void eos(int channel, long at) {}

    /** Listens to nothing. */
    RamListener NONE = new RamListener() {};
}
