package dev.ferry.stream.ram;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where in a mapped-ram file the block list's entries, bitmaps and pages lie, as QEMU puts them.
 *
 * <pre>
 *  MEM_SIZE word
 *  for each block:
 *    entry, with a {@link MappedRamHeader}
 *    bitmap                  at once behind the header
 *    hole
 *    pages                   at the next multiple of 1 MiB, in file terms; page p at pageSize * p
 *  {@link #end()}: the EOS record that ends the section's body
 * </pre>
 *
 * The offsets in headers count from the start of the file, wherever in it the stream begins.
 * Source: QEMU migration/ram.c, mapped_ram_setup_ramblock.
 */
public final class MappedRamLayout {

    /** Pages of each block begin at a multiple of so many bytes in the file. */
    public static final int MAPPED_RAM_FILE_OFFSET_ALIGNMENT = 1 << 20;

    /** No file is that long; below it, offsets can be added. */
    private static final long LONGEST = 1L << 62;

    private final long fileOrigin;
    private final List<RamBlock> blocks;
    private final long end;

    private MappedRamLayout(long fileOrigin, List<RamBlock> blocks, long end) {
        this.fileOrigin = fileOrigin;
        this.blocks = List.copyOf(blocks);
        this.end = end;
    }

    /**
     * Lays out a file.
     *
     * @param blocks in the order of the list; headers that they have are replaced
     * @param features what else the entries carry
     * @param pageSize target page size in bytes
     * @param listAt stream offset of the MEM_SIZE word
     * @param fileOrigin file offset of the stream's first byte
     * @throws IOException if the blocks are longer than any file
     */
    public static MappedRamLayout of(
            List<RamBlock> blocks, RamFeatures features, int pageSize, long listAt, long fileOrigin)
            throws IOException {
        List<RamBlock> laidOut = new ArrayList<>(blocks.size());
        long at = listAt + 8;
        for (RamBlock block : blocks) {
            long headerAt = at + RamSectionWriter.entryBytes(block, features);
            MappedRamHeader header = header(headerAt, block.usedLength(), pageSize, fileOrigin);
            laidOut.add(
                    new RamBlock(
                            block.index(),
                            block.id(),
                            block.usedLength(),
                            block.hostPageSize(),
                            block.guestAddress(),
                            header));
            at = header.pagesOffset() - fileOrigin + block.usedLength();
        }
        return new MappedRamLayout(fileOrigin, laidOut, at);
    }

    /**
     * The header of one block.
     *
     * @param at stream offset of the header itself
     * @param usedLength the block's
     * @throws IOException if the block is longer than any file
     */
    public static MappedRamHeader header(long at, long usedLength, int pageSize, long fileOrigin)
            throws IOException {
        long bitmapAt = fileOrigin + at + MappedRamHeader.BYTES;
        long bitmapEnd = bitmapAt + MappedRamHeader.bitmapBytes(usedLength / pageSize);
        if (bitmapEnd < 0 || bitmapEnd > LONGEST || usedLength > LONGEST) {
            throw new IOException(
                    "a mapped-ram file with a block of 0x"
                            + Long.toHexString(usedLength)
                            + " bytes at 0x"
                            + Long.toHexString(at)
                            + " would be longer than any file");
        }
        long mask = MAPPED_RAM_FILE_OFFSET_ALIGNMENT - 1;
        return new MappedRamHeader(
                at, MappedRamHeader.VERSION, pageSize, bitmapAt, (bitmapEnd + mask) & ~mask);
    }

    /** The blocks with their headers. */
    public List<RamBlock> blocks() {
        return blocks;
    }

    /** File offset of the stream's first byte. */
    public long fileOrigin() {
        return fileOrigin;
    }

    /** Stream offset behind the last block's pages. */
    public long end() {
        return end;
    }
}
