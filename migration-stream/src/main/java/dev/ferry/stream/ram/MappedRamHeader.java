package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import java.io.IOException;

/**
 * What a block list entry of a mapped-ram stream carries after the block's length.
 *
 * <pre>
 *  u32  version, 1
 *  u64  page size in bytes
 *  u64  where the bitmap is, in the file (not the stream)
 *  u64  where page 0 is, in the file
 * </pre>
 *
 * The bitmap holds little-endian 64-bit words on every host this format is written on; bit p of it
 * says that page p is in the file. Source: QEMU migration/ram.c, mapped_ram_setup_ramblock.
 *
 * @param at stream offset of this header
 * @param pageSize bytes a page
 * @param bitmapOffset file offset of the bitmap
 * @param pagesOffset file offset of page 0
 */
public record MappedRamHeader(
        long at, int version, long pageSize, long bitmapOffset, long pagesOffset) {

    /** Bytes on the wire. */
    public static final int BYTES = 28;

    /** The newest version known. */
    public static final int VERSION = 1;

    /** Bytes of a bitmap for {@code pages} pages. */
    public static long bitmapBytes(long pages) {
        return (pages + 63) / 64 * 8;
    }

    /** Writes it where it belongs, behind its entry. */
    public void write(WireOutput out) throws IOException {
        out.u32(version);
        out.u64(pageSize);
        out.u64(bitmapOffset);
        out.u64(pagesOffset);
    }

    /** Reads one, and checks what can be checked without the file's size. */
    static MappedRamHeader read(WireInput in, int targetPageSize) throws IOException {
        long at = in.offset();
        int version = in.i32("mapped-ram header version");
        if (version != VERSION) {
            throw in.unsupported(
                    at,
                    "mapped-ram header version: expected "
                            + VERSION
                            + ", found "
                            + Integer.toUnsignedString(version));
        }
        MappedRamHeader header =
                new MappedRamHeader(
                        at,
                        version,
                        in.u64("mapped-ram page size"),
                        in.u64("mapped-ram bitmap offset"),
                        in.u64("mapped-ram pages offset"));
        if (header.pageSize != targetPageSize) {
            throw in.malformed(
                    at + 4,
                    "mapped-ram page size: expected "
                            + targetPageSize
                            + ", found "
                            + Long.toUnsignedString(header.pageSize));
        }
        return header;
    }
}
