package dev.ferry.stream.ram;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes a mapped-ram block list from front to back, bitmaps and pages in their places: for an
 * output that cannot go back. Each block's bitmap must be known before its pages come, and these
 * must come in order.
 *
 * <p>What lies between the places, and in the places of pages that are not there, becomes a hole or
 * zeros.
 */
public final class MappedRamSequenceWriter {

    private final WireOutput out;
    private final RamSectionWriter records;
    private final long fileOrigin;
    private @Nullable RamBlock current;

    /**
     * @param records writes the entries, to {@code out}
     * @param fileOrigin file offset of the output's first byte
     */
    public MappedRamSequenceWriter(WireOutput out, RamSectionWriter records, long fileOrigin) {
        this.out = out;
        this.records = records;
        this.fileOrigin = fileOrigin;
    }

    /**
     * Writes the entry of a block and its bitmap; before the first one the MEM_SIZE word.
     *
     * @param block with its header
     * @param total used length of all blocks
     */
    public void block(RamBlock block, long total, RamFeatures features, MappedRamBitmap bitmap)
            throws IOException {
        if (current == null) {
            records.memSize(total);
        }
        end();
        records.entry(block, features);
        MappedRamHeader header = Objects.requireNonNull(block.mapped());
        header.write(out);
        goTo(header.bitmapOffset());
        bitmap.write(out);
        current = block;
    }

    /** Writes pages of the block that was begun last. */
    public void pages(PageRun run) throws IOException {
        RamBlock block = current;
        if (block == null || block.index() != run.block().index()) {
            throw new IllegalStateException("pages of " + run.block() + " out of turn");
        }
        goTo(Objects.requireNonNull(block.mapped()).pagesOffset() + run.offset());
        for (int i = 0; i < run.count(); i++) {
            out.bytes(run.data(), run.dataIndex() + i * run.stride(), run.pageSize());
        }
    }

    /** Goes behind the last block's pages, where the list ends. */
    public void end() throws IOException {
        RamBlock block = current;
        if (block != null) {
            goTo(Objects.requireNonNull(block.mapped()).pagesOffset() + block.usedLength());
        }
    }

    private void goTo(long fileOffset) throws IOException {
        long gap = fileOffset - fileOrigin - out.offset();
        if (gap < 0) {
            throw new IllegalArgumentException(
                    "file offset 0x"
                            + Long.toHexString(fileOffset)
                            + " is behind the output, which stands at 0x"
                            + Long.toHexString(out.offset() + fileOrigin));
        }
        out.gap(gap);
    }
}
