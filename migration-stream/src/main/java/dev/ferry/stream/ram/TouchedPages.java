package dev.ferry.stream.ram;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * Which pages of a block may hold something else than zeros: one bit a page, outside the heap like
 * the pages themselves, since a block's length is whatever the stream claims.
 */
final class TouchedPages {

    /** Pages whose bits fill one page of the host: what a first bit there really costs. */
    private static final int PIECE = 1 << 15;

    private static final ValueLayout.OfLong WORD =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long pages;
    private final MemorySegment words;

    /** Pieces that any page was touched in; the others are not looked at. */
    private final BitSet pieces;

    TouchedPages(long pages, RamStore store, Arena arena) throws IOException {
        this.pages = pages;
        // Full size at once, so that a reader of earlier pages never meets a moving table.
        this.pieces = new BitSet((int) (pages / PIECE) + 1);
        this.words = store.allocate((pages + 63) / 64 * 8, arena);
    }

    boolean get(long page) {
        return page < pages && ((word(page) >>> page) & 1) != 0;
    }

    private long word(long page) {
        return words.get(WORD, (page >>> 6) << 3);
    }

    /** Sets pages {@code from} to {@code to}, that one excluded. */
    void set(long from, long to) {
        pieces.set((int) (from / PIECE), (int) ((to - 1) / PIECE) + 1);
        long page = from;
        while (page < to) {
            long end = Math.min(to, (page | 63) + 1);
            long mask = (-1L >>> (64 - (end - page))) << page;
            words.set(WORD, (page >>> 6) << 3, word(page) | mask);
            page = end;
        }
    }

    /** The first set page from {@code from} on, or -1. */
    long nextSet(long from) {
        long page = from;
        while (page < pages) {
            int piece = (int) (page / PIECE);
            if (!pieces.get(piece)) {
                piece = pieces.nextSetBit(piece);
                if (piece < 0) {
                    return -1;
                }
                page = (long) piece * PIECE;
            }
            long rest = word(page) >>> page;
            if (rest != 0) {
                return page + Long.numberOfTrailingZeros(rest);
            }
            page = (page | 63) + 1;
        }
        return -1;
    }

    /** The first clear page from {@code from} on; the number of pages if there is none. */
    long nextClear(long from) {
        long page = from;
        while (page < pages && pieces.get((int) (page / PIECE))) {
            long rest = ~word(page) >>> page;
            if (rest != 0) {
                page += Long.numberOfTrailingZeros(rest);
                break;
            }
            page = (page | 63) + 1;
        }
        return Math.min(page, pages);
    }
}
