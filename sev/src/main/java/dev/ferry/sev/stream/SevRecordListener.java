package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Told about SEV's records in stream order; whoever wants to write the same ones again needs it.
 */
public interface SevRecordListener {

    /** The next packet is the first, and brings this along. */
    default void start(StartFields fields) throws IOException {}

    /**
     * An encrypted page.
     *
     * @param at offset of the record's first byte
     * @param offset of the page in its block
     * @param bytes borrowed during the call; its position does not matter
     * @param header index of the packet header, 52 bytes
     * @param data index of the ciphertext, 4096 bytes
     */
    default void packet(
            long at, RamBlock block, long offset, ByteBuffer bytes, int header, int data)
            throws IOException {}

    /**
     * The list of shared regions.
     *
     * @param at offset of the record's first byte
     * @param word its first 64 bits
     * @param ranges as they are on the wire, in any order, overlapping
     */
    default void sharedRegions(long at, long word, RamBlock block, List<GfnRange> ranges)
            throws IOException {}

    /** The bitmaps of encrypted pages, which the oldest dialect has instead of the list. */
    default void bitmaps(long at, long word, RamBlock block, List<SlotBitmap> slots)
            throws IOException {}

    /** Listens to nothing. */
    SevRecordListener NONE = new SevRecordListener() {};
}
