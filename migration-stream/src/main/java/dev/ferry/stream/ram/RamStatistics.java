package dev.ferry.stream.ram;

import java.util.Arrays;

/** Counts of what RAM sections held: pages by block and kind, and records by flag. */
public final class RamStatistics {

    private static final int KINDS = PageKind.values().length;

    private long[] pages = new long[0];
    private long eos;
    private long continued;
    private long flushes;
    private long hooks;

    RamStatistics() {}

    void blocks(int count) {
        if (pages.length < count * KINDS) {
            pages = Arrays.copyOf(pages, count * KINDS);
        }
    }

    /** Counts {@code n} pages of one kind. */
    public void count(RamBlock block, PageKind kind, long n) {
        pages[block.index() * KINDS + kind.index()] += n;
    }

    void countEos() {
        eos++;
    }

    void countContinued(long n) {
        continued += n;
    }

    void countFlush() {
        flushes++;
    }

    void countHook() {
        hooks++;
    }

    /** Pages of {@code kind} seen for {@code block}; a page sent twice counts twice. */
    public long pages(RamBlock block, PageKind kind) {
        int i = block.index() * KINDS + kind.index();
        return i < pages.length ? pages[i] : 0;
    }

    /** Pages of {@code kind} over all blocks. */
    public long pages(PageKind kind) {
        long sum = 0;
        for (int i = kind.index(); i < pages.length; i += KINDS) {
            sum += pages[i];
        }
        return sum;
    }

    /** EOS records. */
    public long eos() {
        return eos;
    }

    /** Page records with the CONTINUE flag. */
    public long continued() {
        return continued;
    }

    /** MULTIFD_FLUSH records. */
    public long flushes() {
        return flushes;
    }

    /** HOOK records. */
    public long hooks() {
        return hooks;
    }
}
