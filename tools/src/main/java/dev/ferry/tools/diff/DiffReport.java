package dev.ferry.tools.diff;

import dev.ferry.stream.vmstate.StateComparison;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Told what was found, in this order, so that nothing has to be kept. */
interface DiffReport {

    void begin(Side a, Side b) throws IOException;

    /** A fact of the whole stream that differs; null where a side does not tell. */
    void stream(String what, @Nullable String a, @Nullable String b) throws IOException;

    /** All facts of the stream were told. */
    void endStream() throws IOException;

    /**
     * A device of which something differs.
     *
     * @param a its version, -1 if it is not there
     * @param b its version, -1 if it is not there
     * @return told the fields, if both sides have the device
     */
    StateComparison.Sink device(Side.Key key, long a, long b) throws IOException;

    /** All fields of the device were told. */
    void endDevice() throws IOException;

    /** All devices were told. */
    void endDevices() throws IOException;

    /** A live section that differs; null where a side has none. */
    void live(Side.Key key, @Nullable LiveContent a, @Nullable LiveContent b) throws IOException;

    /** All live sections were told. */
    void endLive() throws IOException;

    /** Whether a further differing range of a block is shown with its first bytes. */
    boolean details(long rangesBefore);

    /** A block, the same or not. */
    void block(BlockDiff block) throws IOException;

    /**
     * A range of differing pages of the block told last.
     *
     * @param at offset of the first differing byte in the block, -1 if it was not looked for
     * @param a the page from there on, null for zeros
     * @param b the page from there on, null for zeros
     */
    void range(
            long offset, long pages, long at, @Nullable MemorySegment a, @Nullable MemorySegment b)
            throws IOException;

    /** All ranges of the block were told. */
    void endBlock(BlockDiff block) throws IOException;

    /** All of the memory was told. */
    void endBlocks() throws IOException;

    /**
     * The end.
     *
     * @param notices what differs and does not count: how the two were sent
     * @param undetermined what could not be compared
     */
    void end(Counts counts, List<String> notices, List<String> undetermined) throws IOException;
}
