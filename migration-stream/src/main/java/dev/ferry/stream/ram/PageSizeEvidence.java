package dev.ferry.stream.ram;

import java.nio.ByteBuffer;

/**
 * Finds the target page size from page records, for streams that do not tell it.
 *
 * <p>A size is believed if the records ahead make sense with it; among several such sizes the one
 * that makes neighbouring records neighbouring pages wins, since a first pass goes through memory
 * in order.
 */
final class PageSizeEvidence {

    /** Tried in this order: the first of equals wins, and nearly every target has 4 KiB. */
    private static final int[] CANDIDATES = {4096, 8192, 16384, 65536, 1024, 2048, 512, 256, 32768};

    /** More records than this tell nothing new. */
    private static final int RECORDS = 64;

    private PageSizeEvidence() {}

    /** The most convincing size for the records from the buffer's position on; 4096 without any. */
    static int infer(ByteBuffer ahead, RamState ram) {
        int best = CANDIDATES[0];
        int bestScore = -1;
        for (int candidate : CANDIDATES) {
            int score = neighbours(ahead, candidate, ram);
            if (score > bestScore) {
                best = candidate;
                bestScore = score;
            }
        }
        return best;
    }

    /** How many records continue where the one before ended, or -1 if a record is impossible. */
    private static int neighbours(ByteBuffer b, int pageSize, RamState ram) {
        int pos = b.position();
        RamBlock block = null;
        long previous = -1;
        int score = 0;
        for (int i = 0; i < RECORDS && b.limit() - pos >= 9; i++) {
            long word = b.getLong(pos);
            pos += 8;
            int flags = (int) word & (pageSize - 1);
            long offset = word & -(long) pageSize;
            if ((flags & RamFlags.RAM_SAVE_FLAG_CONTINUE) == 0) {
                if (flags == RamFlags.RAM_SAVE_FLAG_EOS
                        || flags == RamFlags.RAM_SAVE_FLAG_MULTIFD_FLUSH) {
                    return offset == 0 ? score : -1;
                }
                int length = b.get(pos) & 0xff;
                if (b.limit() - pos < length + 2) {
                    return score;
                }
                block = ram.block(latin1(b, pos + 1, length));
                previous = -1;
                pos += 1 + length;
            }
            if (block == null || offset < 0 || offset >= block.usedLength()) {
                return -1;
            }
            switch (flags & ~RamFlags.RAM_SAVE_FLAG_CONTINUE) {
                case RamFlags.RAM_SAVE_FLAG_ZERO -> pos += 1;
                case RamFlags.RAM_SAVE_FLAG_PAGE -> pos += pageSize;
                default -> {
                    // Other records never come first in a pass; what stands before them decides.
                    boolean possible =
                            Integer.bitCount(flags & ~RamFlags.RAM_SAVE_FLAG_CONTINUE) == 1
                                    && flags <= 0x3ff;
                    return possible ? score : -1;
                }
            }
            if (previous >= 0 && offset == previous + pageSize) {
                score++;
            }
            previous = offset;
        }
        return score;
    }

    private static String latin1(ByteBuffer b, int index, int length) {
        byte[] bytes = new byte[length];
        b.get(index, bytes);
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
