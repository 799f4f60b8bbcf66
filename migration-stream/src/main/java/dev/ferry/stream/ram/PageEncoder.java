package dev.ferry.stream.ram;

import java.io.IOException;
import java.nio.ByteBuffer;

/** In what form a page that is not zero is sent: plain, compressed, or as a delta. */
sealed interface PageEncoder extends AutoCloseable permits PlainPages, ZlibPages, XbzrlePages {

    /** Writes one page, or nothing where the receiver has it already. */
    void page(RamSectionWriter out, RamBlock block, long offset, ByteBuffer from, int index)
            throws IOException;

    /** Learns that a page was sent as zero. */
    default void zero(RamBlock block, long offset) {}

    /** Begins the next round over memory. */
    default void nextRound() {}

    /** Begins the last round, in which the guest stands still. */
    default void lastRound() {}

    @Override
    default void close() {}
}
