package dev.ferry.tools.convert;

import java.io.IOException;

/** Writes one output format. */
@FunctionalInterface
interface Format {

    /** Writes all of it; the outputs are committed by the caller. */
    void write(Conversion conversion) throws IOException;
}
