package dev.ferry.tools.convert;

import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;

/** Writes one output format. */
@FunctionalInterface
interface Format {

    /** Writes all of it; the outputs are committed by the caller. */
    void write(Conversion conversion) throws IOException;

    /** Whether it takes a stream as it is, so that encrypted pages can stay encrypted. */
    default boolean takesStreams() {
        return false;
    }

    /** Writes an SEV guest's stream as it is; only where {@link #takesStreams()}. */
    default void write(SealedGuest guest, OutputFiles out) throws IOException {
        throw new UnsupportedOperationException();
    }
}
