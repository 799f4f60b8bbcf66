package dev.ferry.stream.multifd;

import dev.ferry.stream.ram.RamBlock;
import java.io.IOException;

/** Takes the zero pages that do not go into packets; writes ZERO records on the main channel. */
@FunctionalInterface
public interface ZeroPageWriter {

    /** Writes the one page of {@code block} at {@code offset}, which is zero. */
    void zeroPage(RamBlock block, long offset) throws IOException;
}
