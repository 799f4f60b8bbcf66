package dev.ferry.stream.edit;

import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.MappedRamLayout;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the pages of a mapped-ram stream where its headers say they are, when what stands before
 * them becomes longer or shorter.
 *
 * <pre>
 *  entry and header, bitmap | gap | pages, at an absolute place in the file
 * </pre>
 *
 * The gap takes up the difference, so that no page moves. Where it is too small, all that follows
 * moves by whole alignment steps.
 */
final class MappedRamShift {

    private static final long STEP = MappedRamLayout.MAPPED_RAM_FILE_OFFSET_ALIGNMENT;
    private static final String WHAT = "mapped-ram layout";

    /** Offset of the bitmap's and the pages' place in a header. */
    private static final int OFFSETS_AT = 4 + 8;

    private final Splices splices;

    /** Element k has 2^k zeros. Less than a step and the longest list entry are ever inserted. */
    private final byte[] @Nullable [] zeros = new byte[22][];

    private MappedRamShift(Splices splices) {
        this.splices = splices;
    }

    /**
     * Adds what is needed for that to {@code splices}, which have all else.
     *
     * @param blocks in the order of the list, with their headers
     * @param listEnd stream offset behind the last block's pages
     * @param pageSize target page size in bytes
     */
    static void add(List<RamBlock> blocks, long listEnd, int pageSize, Splices splices) {
        new MappedRamShift(splices).add(blocks, listEnd, pageSize);
    }

    private void add(List<RamBlock> blocks, long listEnd, int pageSize) {
        // Headers count from the file's beginning, and the reader went by the last of them.
        RamBlock last = blocks.getLast();
        long origin = header(last).pagesOffset() + last.usedLength() - listEnd;
        long[] headers = new long[blocks.size()];
        for (int i = 0; i < headers.length; i++) {
            headers[i] = header(blocks.get(i)).at();
        }
        long[] growth = splices.growthBefore(headers);
        long inserted = 0;
        long shift = 0;
        for (int i = 0; i < headers.length; i++) {
            RamBlock block = blocks.get(i);
            MappedRamHeader header = header(block);
            long moved = growth[i] + inserted;
            long bitmapEnd =
                    header.bitmapOffset() + MappedRamHeader.bitmapBytes(block.pages(pageSize));
            long gap = header.pagesOffset() - bitmapEnd;
            if (moved - shift > gap) {
                shift += (moved - shift - gap + STEP - 1) / STEP * STEP;
            }
            gap(header.pagesOffset() - origin, shift - moved);
            inserted += shift - moved;
            if (moved != 0 || shift != 0) {
                ByteBuffer offsets = ByteBuffer.allocate(16);
                offsets.putLong(header.bitmapOffset() + moved);
                offsets.putLong(header.pagesOffset() + shift);
                splices.replace(header.at() + OFFSETS_AT, 16, offsets.array(), WHAT);
            }
        }
    }

    /** Makes the gap before a block's pages longer or shorter. */
    private void gap(long pagesAt, long more) {
        if (more < 0) {
            splices.remove(pagesAt + more, -more, WHAT);
            return;
        }
        // There may be thousands of blocks: the zeros of all are the same few arrays.
        for (int bit = 0; bit < zeros.length; bit++) {
            if (((more >> bit) & 1) != 0) {
                byte[] bytes = zeros[bit];
                if (bytes == null) {
                    bytes = new byte[1 << bit];
                    zeros[bit] = bytes;
                }
                splices.replace(pagesAt, 0, bytes, WHAT);
            }
        }
    }

    private static MappedRamHeader header(RamBlock block) {
        return Objects.requireNonNull(block.mapped());
    }
}
