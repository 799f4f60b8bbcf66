package dev.ferry.testdata.qemu;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The pages that the capture guest fills memory with, made without it: for captures whose memory a
 * {@code loader} device filled. The same rule as in {@code guests/capguest.asm}: the kind of a page
 * depends on nothing but the seed and the page's number.
 */
public final class PageMix {
    private static final int PAGE = 4096;
    private static final int LINE = 128;
    private static final String TEXT =
            "page 00000000 line 00000000: plain words that a compressor likes, put there by the capture"
                    + " guest\n";

    private final int seed;

    /** The mix of that seed. */
    public PageMix(int seed) {
        this.seed = seed;
    }

    /** That many consecutive pages, from the page with that number on. */
    public byte[] pages(int firstPage, int count) {
        byte[] content = new byte[count * PAGE];
        for (int i = 0; i < count; i++) {
            fill(
                    ByteBuffer.wrap(content, i * PAGE, PAGE).slice().order(ByteOrder.LITTLE_ENDIAN),
                    firstPage + i);
        }
        return content;
    }

    private void fill(ByteBuffer page, int number) {
        int hash = hash(number);
        switch (hash >>> 8 & 15) {
            case 0, 1, 2, 3, 4 -> {}
            case 5 ->
                    Arrays.fill(
                            page.array(),
                            page.arrayOffset(),
                            page.arrayOffset() + PAGE,
                            (byte) (hash | 1));
            case 6, 7, 8, 9 -> lines(page, number, 32);
            case 10 -> random(page, hash | 1);
            case 11 -> page.put(PAGE - 1, (byte) 0xa5);
            case 12 -> page.put(0, (byte) 0x5a);
            case 13 -> {
                for (int i = 0; i < PAGE / 4; i++) {
                    page.putInt((number << 10) + i);
                }
            }
            case 14 -> {
                for (int i = PAGE / 2; i < PAGE; i++) {
                    page.put(i, (byte) (hash | 0x80));
                }
            }
            default -> lines(page, number, 11);
        }
    }

    private int hash(int number) {
        int hash = (number ^ seed) * 0x9e3779b1;
        hash ^= hash >>> 15;
        return hash * 0x85ebca77;
    }

    private static void random(ByteBuffer page, int start) {
        int value = start;
        while (page.hasRemaining()) {
            value ^= value << 13;
            value ^= value >>> 17;
            value ^= value << 5;
            page.putInt(value);
        }
    }

    /** Lines that are numbered from the bottom: the guest counts down. */
    private static void lines(ByteBuffer page, int number, int count) {
        for (int left = count; left > 0; left--) {
            byte[] line = new byte[LINE];
            Arrays.fill(line, (byte) '-');
            put(line, 0, TEXT);
            put(line, 5, "%08x".formatted(number));
            put(line, 19, "%08x".formatted(left));
            page.put(line);
        }
    }

    private static void put(byte[] line, int at, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, line, at, ascii.length);
    }
}
