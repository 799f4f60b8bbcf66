package dev.ferry.stream.edit;

import org.jspecify.annotations.Nullable;

/** Hands out splices in ascending order. */
interface SpliceReader {

    /** The next one, or null after the last. */
    @Nullable Splice next();
}
