package dev.ferry.stream.edit;

import dev.ferry.stream.MigrationReader;
import dev.ferry.stream.ReaderOptions;
import dev.ferry.stream.ram.MappedRamHeader;
import dev.ferry.stream.ram.RamBlock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Lays mapped-ram files out in another way than QEMU does. */
final class MappedRam {

    private static final int PAGE = 4096;

    private MappedRam() {}

    /** The same stream with each block's pages at the next page, its bitmap right before them. */
    static Recording withoutGaps(Recording recording) throws IOException {
        byte[] before = recording.main();
        List<RamBlock> blocks;
        try (MigrationReader reader = recording.open(ReaderOptions.DEFAULT)) {
            while (reader.ram().blocks().size() < 2 && reader.next() != null) {
                // to the block list
            }
            blocks = new ArrayList<>(reader.ram().blocks());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int from = 0;
        for (RamBlock block : blocks) {
            MappedRamHeader header = Objects.requireNonNull(block.mapped());
            int bitmapBytes = (int) MappedRamHeader.bitmapBytes(block.pages(PAGE));
            out.write(before, from, (int) header.at() + 12 - from);
            long pages = (out.size() + 16L + bitmapBytes + PAGE - 1) / PAGE * PAGE;
            long bitmap = pages - bitmapBytes;
            out.writeBytes(ByteBuffer.allocate(16).putLong(bitmap).putLong(pages).array());
            out.writeBytes(new byte[(int) (bitmap - out.size())]);
            out.write(before, (int) header.bitmapOffset(), bitmapBytes);
            out.write(before, (int) header.pagesOffset(), (int) block.usedLength());
            from = (int) (header.pagesOffset() + block.usedLength());
        }
        out.write(before, from, before.length - from);
        return new Recording(List.of(out.toByteArray()), 0);
    }
}
