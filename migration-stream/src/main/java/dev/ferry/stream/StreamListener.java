package dev.ferry.stream;

import dev.ferry.stream.item.ConfigurationSubsection;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.live.LiveListener;
import dev.ferry.stream.ram.RamListener;
import java.io.IOException;

/**
 * Told about a stream's parts while {@link MigrationReader#next()} reads them: a section's pages go
 * to the sink before the section is returned as an item.
 */
public interface StreamListener extends RamListener {

    /**
     * The head of a section was read, its body follows.
     *
     * @param at offset of its tag in channel {@code channel}
     * @param depth how many PACKAGED commands enclose it
     * @param bodyAt offset of its body
     */
    default void section(
            int channel,
            long at,
            int depth,
            SectionType type,
            long id,
            String name,
            long instance,
            long version,
            long bodyAt)
            throws IOException {}

    /** Who takes the records of a live section of channel {@code channel} other than RAM. */
    default LiveListener live(int channel) {
        return LiveListener.NONE;
    }

    /**
     * A subsection of the configuration, in the order in which they stand there.
     *
     * @param at offset of its tag
     */
    default void configuration(int channel, long at, ConfigurationSubsection subsection) {}

    /**
     * The channel broke off in the middle of something, and the next one goes on after a recovery.
     *
     * @param cut tells where
     */
    default void cut(int channel, TruncatedStreamException cut) throws IOException {}

    /** Listens to nothing. */
    StreamListener NONE = new StreamListener() {};
}
