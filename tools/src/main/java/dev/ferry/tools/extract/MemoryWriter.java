package dev.ferry.tools.extract;

import dev.ferry.stream.ram.RamImage;
import dev.ferry.tools.output.Output;
import java.io.IOException;

/** Writes guest memory to an output; pages without content become holes. */
final class MemoryWriter {

    private MemoryWriter() {}

    /** Writes bytes {@code start} to {@code start + length} of a block. */
    static void write(RamImage.BlockImage block, long start, long length, Output output)
            throws IOException {
        long end = start + length;
        for (long at = start; at < end; ) {
            long page = at / block.pageSize();
            boolean content = block.touched(page);
            long next = content ? block.nextUntouched(page) : block.nextTouched(page);
            long alike = next < 0 ? end : Math.min(end, next * block.pageSize());
            if (content) {
                output.write(block.memory().asSlice(at, alike - at));
            } else {
                output.zeros(alike - at);
            }
            at = alike;
        }
    }
}
