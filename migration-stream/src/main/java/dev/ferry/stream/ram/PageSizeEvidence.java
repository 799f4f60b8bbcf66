package dev.ferry.stream.ram;

import dev.ferry.stream.item.Tag;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Finds the target page size from page records, for streams that do not tell it.
 *
 * <p>A size is believed if the records ahead make sense with it and all blocks are whole pages.
 * Among several such sizes the one wins that makes most neighbouring records neighbouring pages,
 * since a first pass goes through memory in order, and that leads to the section's end.
 */
final class PageSizeEvidence {

    /** Tried in this order: the first of equals wins, and nearly every target has 4 KiB. */
    private static final int[] CANDIDATES = RamState.likelyPageSizes();

    /** More records than this tell nothing new. */
    private static final int RECORDS = 64;

    private static final int IMPOSSIBLE = -1;

    private PageSizeEvidence() {}

    /**
     * The most convincing size; the likeliest that the blocks allow where nothing convinces.
     *
     * @param ahead records from its position on
     * @param whole whether nothing comes behind the buffer's end
     */
    static int infer(ByteBuffer ahead, boolean whole, RamState ram) {
        int best = 0;
        int bestScore = IMPOSSIBLE;
        for (int candidate : CANDIDATES) {
            if (!wholePages(ram, candidate)) {
                continue;
            }
            int score = score(ahead, whole, candidate, ram);
            if (best == 0 || score > bestScore) {
                best = candidate;
                bestScore = score;
            }
        }
        return best == 0 ? CANDIDATES[0] : best;
    }

    private static boolean wholePages(RamState ram, int pageSize) {
        for (RamBlock block : ram.blocks()) {
            if (block.usedLength() % pageSize != 0) {
                return false;
            }
        }
        return true;
    }

    /** How much speaks for a size: records that continue where the one before ended, and an end. */
    private static int score(ByteBuffer b, boolean whole, int pageSize, RamState ram) {
        int pos = b.position();
        RamBlock block = null;
        long previous = -1;
        int score = 0;
        for (int i = 0; i < RECORDS && b.limit() - pos >= 9; i++) {
            long word = b.getLong(pos);
            pos += 8;
            int flags = (int) word & (pageSize - 1);
            long offset = word & -(long) pageSize;
            if (word == RamFlags.RAM_SAVE_FLAG_EOS) {
                return itemFollows(b.get(pos)) ? score + 1 : IMPOSSIBLE;
            }
            if (word == RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH && b.get(pos) != 0) {
                // An extension's record, with a block's name.
                return score;
            }
            if (word == RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH
                    || word == RamFlags.RAM_SAVE_FLAG_HOOK) {
                continue;
            }
            if ((flags & RamFlags.RAM_SAVE_FLAG_CONTINUE) == 0) {
                int length = b.get(pos) & 0xff;
                if (b.limit() - pos < length + 2) {
                    return whole ? IMPOSSIBLE : score;
                }
                block = ram.block(latin1(b, pos + 1, length));
                previous = -1;
                pos += 1 + length;
            }
            if (block == null || !block.hasPage(offset, pageSize)) {
                return IMPOSSIBLE;
            }
            switch (flags & ~RamFlags.RAM_SAVE_FLAG_CONTINUE) {
                case RamFlags.RAM_SAVE_FLAG_ZERO -> pos += 1;
                case RamFlags.RAM_SAVE_FLAG_PAGE -> pos += pageSize;
                // Others never come first in a pass; what stands before them decides.
                case RamFlags.RAM_SAVE_FLAG_XBZRLE,
                        RamFlags.RAM_SAVE_FLAG_COMPRESS_PAGE,
                        RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH -> {
                    return score;
                }
                default -> {
                    return IMPOSSIBLE;
                }
            }
            if (whole && pos > b.limit()) {
                return IMPOSSIBLE;
            }
            if (previous >= 0 && offset == previous + pageSize) {
                score++;
            }
            previous = offset;
        }
        return score;
    }

    /** Whether a section can end before this byte: a footer, or the next item's tag. */
    private static boolean itemFollows(byte tag) {
        return tag == Tag.QEMU_VM_SECTION_FOOTER || (tag >= 0 && tag <= Tag.QEMU_VM_COMMAND);
    }

    private static String latin1(ByteBuffer b, int index, int length) {
        byte[] bytes = new byte[length];
        b.get(index, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
