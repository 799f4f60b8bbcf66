package dev.ferry.tools.convert;

import dev.ferry.stream.ram.PageSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes one output format. */
@FunctionalInterface
interface Format {

    /** Takes the pages while the input is read for the first time; null if that is not needed. */
    default @Nullable PageSink watch() {
        return null;
    }

    /** Writes all of it; the outputs are committed by the caller. */
    void write(Conversion conversion) throws IOException;
}
