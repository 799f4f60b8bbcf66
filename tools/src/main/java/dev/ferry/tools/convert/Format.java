package dev.ferry.tools.convert;

import dev.ferry.stream.convert.SavedVm;
import java.io.IOException;

/** Writes one output format. */
@FunctionalInterface
interface Format {

    /**
     * Writes {@code vm}.
     *
     * @param report takes what the user should know about the output
     */
    void write(SavedVm vm, OutputFiles out, Report report) throws IOException;
}
