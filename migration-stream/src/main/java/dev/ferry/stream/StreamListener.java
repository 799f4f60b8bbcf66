package dev.ferry.stream;

import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.ram.RamListener;

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
            long bodyAt) {}

    /** Listens to nothing. */
    StreamListener NONE = new StreamListener() {};
}
