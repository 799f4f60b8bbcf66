package dev.ferry.tools.convert;

import java.io.IOException;
import java.util.Optional;

/** Writes one output format. */
@FunctionalInterface
interface Format {

    /** Writes all of it; the outputs are committed by the caller. */
    void write(Conversion conversion) throws IOException;

    /** How it takes a stream as it is, so that encrypted pages stay encrypted; empty if not. */
    default Optional<SealedFormat> sealed() {
        return Optional.empty();
    }
}
