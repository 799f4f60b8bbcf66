package dev.ferry.testdata.guest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory as the guest {@code dirtier} has it, by its own description. */
public final class DirtierMemory {

    private static final int PAGE = 4096;

    private final int seed;
    private final int fillStart;
    private final int dirtyStart;
    private final int dirtyLength;
    private final ByteBuffer words;

    /** What a guest with these parameters fills, before its first pass. */
    public DirtierMemory(GuestImage dirtier) {
        seed = dirtier.get("seed");
        fillStart = dirtier.get("fill_start");
        dirtyStart = dirtier.get("dirty_start");
        dirtyLength = dirtier.get("dirty_len");
        int end = Math.max(dirtier.get("fill_end"), dirtyStart + dirtyLength);
        words = ByteBuffer.allocate(end - fillStart).order(ByteOrder.LITTLE_ENDIAN);
        for (int a = fillStart; a < dirtier.get("fill_end"); a += 4) {
            words.putInt(a - fillStart, (a * 0x9e3779b1) ^ seed);
        }
    }

    /**
     * Makes passes {@code from} up to {@code to}, that one excluded.
     *
     * @return this
     */
    public DirtierMemory passes(int from, int to) {
        for (int n = from; n < to; n++) {
            for (int page = dirtyStart; page < dirtyStart + dirtyLength; page += PAGE) {
                pass(n, page);
            }
        }
        return this;
    }

    /** Makes one pass's store to one page. */
    public void pass(int n, int page) {
        int at = page - fillStart + (((page >>> 9) + 4 * n) & 0xffc);
        words.putInt(at, words.getInt(at) + 1);
    }

    /** From {@code fill_start} up to the end of what is filled or dirtied. */
    public byte[] bytes() {
        return words.array().clone();
    }

    /** The letters printed by a guest that has made so many passes. */
    public static String letters(int count) {
        StringBuilder letters = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            letters.append((char) ('A' + i % 26));
        }
        return letters.toString();
    }
}
