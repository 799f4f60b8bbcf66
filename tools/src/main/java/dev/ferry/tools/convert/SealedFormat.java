package dev.ferry.tools.convert;

import dev.ferry.tools.output.OutputFiles;
import java.io.IOException;

/** Writes an SEV guest's stream as it is. */
@FunctionalInterface
interface SealedFormat {

    /** Writes all of it; the outputs are committed by the caller. */
    void write(SealedGuest guest, OutputFiles out) throws IOException;
}
