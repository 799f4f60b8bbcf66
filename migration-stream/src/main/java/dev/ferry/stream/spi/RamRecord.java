package dev.ferry.stream.spi;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.ram.MalformedPageException;
import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A record of a {@link RamExtension}'s, while it is read. Valid during the call only. */
public interface RamRecord {

    /** Stands behind the head: the first 64 bits, and the block's name if there is one. */
    WireInput input();

    /** The channel's number, 0 for the main one. */
    int channel();

    /** Whether it comes in postcopy: after LISTEN, or on the second channel. */
    boolean postcopy();

    /** Offset in the channel of the record's first byte. */
    long at();

    /** The first 64 bits. */
    long word();

    /** The block it names or continues. */
    RamBlock block();

    /** Offset of the page in its block, in bytes. */
    long offset();

    /** Target page size in bytes. */
    int pageSize();

    /** Whether page contents are wanted; if not, {@link #unread} will do. */
    boolean wantsContents();

    /**
     * Goes over to another record, which continues with the same block and whose head was read.
     *
     * @param at offset of its first byte
     * @param word its first 64 bits
     */
    void next(long at, long word);

    /**
     * Goes back to a record that was read before, for messages about it.
     *
     * @param at offset of its first byte
     * @param word its first 64 bits
     */
    void back(long at, long word);

    /**
     * Throws if the record's page is not a whole page of its block.
     *
     * @throws dev.ferry.stream.MalformedStreamException that says so
     */
    void requirePage() throws IOException;

    /**
     * Hands over neighbouring pages of the block as {@code ENCRYPTED}, with their contents.
     *
     * @param offset of the first page in the block
     * @param bytes borrowed until the next call of any method here
     * @param index of the first page's content, the others follow without gap
     * @param at offset in the channel of the first page's record
     */
    void pages(long offset, int count, ByteBuffer bytes, int index, long at)
            throws IOException, MalformedPageException;

    /** Hands over neighbouring pages of the block as {@code ENCRYPTED}, their contents unknown. */
    void unread(long offset, int count, long at) throws IOException, MalformedPageException;
}
