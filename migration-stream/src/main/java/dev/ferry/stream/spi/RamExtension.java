package dev.ferry.stream.spi;

import dev.ferry.stream.Findings;
import dev.ferry.stream.Place;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.MalformedPageException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads RAM records that QEMU's own releases do not have: those of flag 0x200, which is
 * MULTIFD_FLUSH in QEMU from 8.1 on and something else in forks. There is one for each reading of a
 * stream; what it must remember from record to record it keeps itself.
 *
 * <p>Such a record begins as a page's does: 64 bits of page offset and flags, and the block's name
 * where it is another than the last record's. What follows is the extension's.
 */
public interface RamExtension extends AutoCloseable {

    /**
     * Bytes of a guest page on the targets that have such records, from 4096 to 65536: the page
     * offset's lower bits are flags.
     */
    int pageSize();

    /**
     * Whether a record is this extension's. Asked for every record whose only flag, beside
     * CONTINUE, is 0x200.
     *
     * @param word the record's first 64 bits
     * @param next the byte behind them, -1 at the end of the input
     */
    boolean claims(long word, int next);

    /**
     * Reads the rest of a record, and as many records behind it as it likes that continue with the
     * same block.
     *
     * @param record where the input stands, and where pages go
     * @throws MalformedPageException if the content of a page is refused by the sink
     */
    void read(RamRecord record) throws IOException, MalformedPageException;

    /**
     * The stream was read to its end.
     *
     * @param at the end of the main channel
     * @param description the stream's description; null if it has none
     * @throws dev.ferry.stream.StreamException if something that only now shows is wrong
     */
    default void end(Place at, StreamItem.@Nullable Description description) throws IOException {}

    /** The reading is over, or was given up: keys are to be forgotten. */
    @Override
    default void close() {}

    /** Opens one for each reading, of which a conversion has two. */
    @FunctionalInterface
    interface Factory {

        /**
         * Opens an extension.
         *
         * @param findings takes what is worth telling without ending the reading
         */
        RamExtension open(Findings findings);
    }
}
