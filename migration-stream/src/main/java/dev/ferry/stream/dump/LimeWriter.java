package dev.ferry.stream.dump;

import dev.ferry.stream.ram.PositionalPageWriter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.List;

/**
 * Writes the format of the Linux Memory Extractor, version 1: for each range a header, then its
 * bytes.
 *
 * <pre>
 *  u32  magic 0x4c694d45
 *  u32  version 1
 *  u64  guest-physical address of the first byte
 *  u64  guest-physical address of the last byte
 *  u8   reserved[8], zero
 * </pre>
 *
 * Little endian.
 */
public final class LimeWriter {

    private static final long MAGIC = 0x4c69_4d45L;
    private static final int HEADER = 32;

    private LimeWriter() {}

    /**
     * Writes a LiME file.
     *
     * @param file empty and writable; remains open. Where memory is zero it gets holes.
     * @return the file's length, which may be greater than what was written
     */
    public static long write(GuestDump dump, FileChannel file) throws IOException {
        List<GuestRange> ranges = dump.layout().ranges();
        long[] offsets = new long[ranges.size()];
        long at = 0;
        for (int i = 0; i < offsets.length; i++) {
            GuestRange range = ranges.get(i);
            new LittleEndian(HEADER)
                    .u32(MAGIC)
                    .u32(1)
                    .u64(range.start())
                    .u64(range.end() - 1)
                    .write(file, at);
            offsets[i] = at + HEADER;
            at += HEADER + range.length();
        }
        try (PositionalPageWriter pages =
                new PositionalPageWriter(file, new RangePlacement(ranges, offsets))) {
            dump.pages().transfer(pages);
        }
        return at;
    }
}
