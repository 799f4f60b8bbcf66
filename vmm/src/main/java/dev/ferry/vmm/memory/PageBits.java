package dev.ferry.vmm.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** One bit for each page, set and cleared by any thread. Every access is volatile. */
final class PageBits {

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] words;

    PageBits(long pages) {
        words = new long[Math.toIntExact((pages + 63) >>> 6)];
    }

    boolean get(long page) {
        return ((long) WORD.getVolatile(words, (int) (page >>> 6)) & (1L << page)) != 0;
    }

    /** Whether it was clear. Always an atomic update, and so a full fence. */
    boolean set(long page) {
        return ((long) WORD.getAndBitwiseOr(words, (int) (page >>> 6), 1L << page) & (1L << page))
                == 0;
    }

    /** Whether it was set. */
    boolean clear(long page) {
        return ((long) WORD.getAndBitwiseAnd(words, (int) (page >>> 6), ~(1L << page))
                        & (1L << page))
                != 0;
    }

    /** Sets {@code count} bits, word by word. */
    void setRange(long first, long count) {
        if (count <= 0) {
            return;
        }
        long last = first + count - 1;
        for (long word = first >>> 6; word <= last >>> 6; word++) {
            or((int) word, mask(word, first, last));
        }
    }

    /** The bits of one word that lie between two pages, both included. */
    static long mask(long word, long first, long last) {
        long mask = -1;
        if (word == first >>> 6) {
            mask &= -1L << first;
        }
        if (word == last >>> 6) {
            mask &= -1L >>> ~last;
        }
        return mask;
    }

    long word(int index) {
        return (long) WORD.getVolatile(words, index);
    }

    /** Sets the bits of {@code mask}. */
    void or(int index, long mask) {
        WORD.getAndBitwiseOr(words, index, mask);
    }

    /** Clears the bits of {@code mask} and gives those of them that were set. */
    long take(int index, long mask) {
        if (((long) WORD.getOpaque(words, index) & mask) == 0) {
            return 0;
        }
        return (long) WORD.getAndBitwiseAnd(words, index, ~mask) & mask;
    }
}
