package dev.ferry.stream.convert;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ram.PageSink;
import java.io.IOException;

/** Begins reading a migration anew, with all its channels. */
@FunctionalInterface
public interface MigrationOpener {

    /**
     * A reader at the beginning; the one opened before is not used any more.
     *
     * @param pages takes guest memory
     */
    MigrationReader open(PageSink pages) throws IOException;

    /** Whether encrypted pages come with their contents, so that they can be converted. */
    default boolean decrypts() {
        return false;
    }
}
