package dev.ferry.stream.ram;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The pages of one block in a mapped-ram file: the bitmap behind the block's header, then, further
 * on, each page in its place. Read forward only, so that a compressed mapped-ram file works too.
 *
 * <p>Source: QEMU docs/devel/migration/mapped-ram.rst; migration/ram.c, parse_ramblock_mapped_ram.
 */
final class MappedRamReader {

    private final RamState ram;
    private final Limits limits;
    private final PageRunBatch batch;
    private final int channel;

    /** Offset of the page being read, for messages; -1 before the first. */
    private long page = -1;

    MappedRamReader(RamState ram, Limits limits, PageRunBatch batch, int channel) {
        this.channel = channel;
        this.ram = ram;
        this.limits = limits;
        this.batch = batch;
    }

    /**
     * Reads the pages of {@code block} and leaves {@code in} behind its region.
     *
     * @param entryAt offset of its entry
     * @param total used length of all blocks
     */
    void read(WireInput in, long entryAt, long total, RamBlock block)
            throws IOException, MalformedPageException {
        MappedRamHeader header = Objects.requireNonNull(block.mapped());
        in.enter(new Crumb(block));
        this.page = -1;
        int pageSize = ram.pageSize();
        long pages = block.pages(pageSize);
        long bitmapBytes = MappedRamHeader.bitmapBytes(pages);
        if (bitmapBytes > limits.deviceBytes()) {
            throw in.exceeds(
                    header.at(), "mapped-ram bitmap bytes", bitmapBytes, limits.deviceBytes());
        }
        goTo(in, header.bitmapOffset(), header.at() + 12, "mapped-ram bitmap offset");
        MappedRamBitmap bitmap =
                MappedRamBitmap.of(in.bytes((int) bitmapBytes, "mapped-ram bitmap"), pages);
        if (header.pagesOffset() % pageSize != 0) {
            throw in.malformed(
                    header.at() + 20,
                    "mapped-ram pages offset: expected a multiple of "
                            + pageSize
                            + ", found 0x"
                            + Long.toHexString(header.pagesOffset()));
        }
        goTo(in, header.pagesOffset(), header.at() + 20, "mapped-ram pages offset");
        checkTail(in, bitmap, header);
        ram.announce();
        ram.listener().mappedBlock(channel, entryAt, total, block, bitmap);
        long start = in.offset();
        long first = bitmap.nextSet(0);
        while (first < pages) {
            long end = bitmap.nextClear(first);
            in.skip(start + first * pageSize - in.offset(), "mapped-ram pages");
            run(in, block, first * pageSize, end - first);
            first = bitmap.nextSet(end);
        }
        in.skip(start + block.usedLength() - in.offset(), "mapped-ram pages");
        in.leave();
    }

    private void run(WireInput in, RamBlock block, long offset, long count)
            throws IOException, MalformedPageException {
        int pageSize = ram.pageSize();
        if (!ram.sink().wantsContents()) {
            for (long done = 0; done < count; ) {
                int n = (int) Math.min(count - done, 1 << 20);
                batch.absent(block, offset + done * pageSize, PageKind.MAPPED, n, in.offset());
                done += n;
            }
            batch.flush();
            in.skip(count * pageSize, "mapped-ram pages");
            return;
        }
        page = offset;
        long left = count;
        while (left > 0) {
            ByteBuffer b = in.window(pageSize, "mapped-ram page");
            long from = in.offset();
            long there = Math.min(b.remaining(), in.regionRemaining()) / pageSize;
            int n = (int) Math.min(left, there);
            int index = b.position();
            batch.raw(block, page, n, PageKind.MAPPED, b, index, pageSize, from);
            page += (long) n * pageSize;
            index += n * pageSize;
            batch.flush();
            b.position(index);
            left -= n;
        }
    }

    /** Goes forward to an offset in the file that holds the stream. */
    private static void goTo(WireInput in, long fileOffset, long fieldAt, String what)
            throws IOException {
        long offset = fileOffset - in.source().fileOrigin();
        if (fileOffset < 0 || offset < in.offset()) {
            throw in.malformed(
                    fieldAt,
                    what
                            + ": expected at least 0x"
                            + Long.toHexString(in.offset() + in.source().fileOrigin())
                            + " (what precedes it ends there), found 0x"
                            + Long.toHexString(fileOffset));
        }
        in.skip(offset - in.offset(), what);
    }

    private static void checkTail(WireInput in, MappedRamBitmap bitmap, MappedRamHeader header)
            throws IOException {
        long stray = bitmap.stray();
        if (stray >= 0) {
            throw in.malformed(
                    header.bitmapOffset() - in.source().fileOrigin() + stray / 8,
                    "mapped-ram bitmap: bit "
                            + stray
                            + " is set, the block has "
                            + bitmap.pages()
                            + " pages");
        }
    }

    /** Names the page being read, when an error asks. */
    private final class Crumb {
        private final RamBlock block;

        Crumb(RamBlock block) {
            this.block = block;
        }

        @Override
        public String toString() {
            return page < 0 ? block.toString() : block + " / page 0x" + Long.toHexString(page);
        }
    }
}
