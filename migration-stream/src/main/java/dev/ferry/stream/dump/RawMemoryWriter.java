package dev.ferry.stream.dump;

import dev.ferry.stream.ram.PositionalPageWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes guest-physical memory as it is: a byte's offset in the file is its address. What is no
 * memory, and memory that is zero, are holes.
 *
 * <p>The file ends where RAM does. Firmware and device memory above that (with less than 3 GiB of
 * RAM, the firmware just below 4 GiB) are left out: nobody wants a file of 4 GiB for them.
 */
public final class RawMemoryWriter {

    private RawMemoryWriter() {}

    /**
     * Writes a raw file.
     *
     * @param file empty and writable; remains open
     * @return the file's length, which may be greater than what was written
     */
    public static long write(GuestDump dump, FileChannel file) throws IOException {
        List<GuestRange> ranges = ranges(dump.layout());
        try (PositionalPageWriter pages =
                new PositionalPageWriter(file, RangePlacement.byAddress(ranges))) {
            dump.pages().transfer(pages);
        }
        return ranges.isEmpty() ? 0 : ranges.getLast().end();
    }

    /** What is written: everything up to the end of RAM. */
    static List<GuestRange> ranges(GuestLayout layout) {
        long end = 0;
        for (GuestRange range : layout.ranges()) {
            if (range.kind() == GuestRange.Kind.RAM) {
                end = range.end();
            }
        }
        List<GuestRange> written = new ArrayList<>();
        for (GuestRange range : layout.ranges()) {
            if (range.start() < end) {
                written.add(range);
            }
        }
        return written;
    }
}
