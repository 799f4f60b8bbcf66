package dev.ferry.sev.packet;

import java.util.Arrays;

/**
 * Pages and their packets, side by side in three arrays that are used again and again. Page {@code
 * i} has its plaintext at {@code i * 4096} of {@link #plain}, its header at {@code i * 52} of
 * {@link #headers}, its ciphertext at {@code i * 4096} of {@link #ciphertext}. Not for several
 * threads.
 */
public final class PacketBatch {

    /** Bytes of a page. */
    public static final int PAGE_BYTES = 4096;

    /** The most pages of a batch: 64 MiB of plaintext and as much ciphertext. */
    public static final int MAX_PAGES = 1 << 14;

    private final byte[] plain;
    private final byte[] headers;
    private final byte[] ciphertext;

    /**
     * Room for a number of pages.
     *
     * @throws IllegalArgumentException unless it is 1 to {@link #MAX_PAGES}
     */
    public PacketBatch(int pages) {
        if (pages < 1 || pages > MAX_PAGES) {
            throw new IllegalArgumentException(
                    "packet batch: expected 1 to " + MAX_PAGES + " pages, found " + pages);
        }
        plain = new byte[pages * PAGE_BYTES];
        headers = new byte[pages * PacketHeader.BYTES];
        ciphertext = new byte[pages * PAGE_BYTES];
    }

    /** How many pages there is room for. */
    public int capacity() {
        return plain.length / PAGE_BYTES;
    }

    /** The array itself. */
    public byte[] plain() {
        return plain;
    }

    /** The array itself. */
    public byte[] headers() {
        return headers;
    }

    /** The array itself. */
    public byte[] ciphertext() {
        return ciphertext;
    }

    /** Where a page begins in {@link #plain} and in {@link #ciphertext}. */
    public static int pageAt(int index) {
        return index * PAGE_BYTES;
    }

    /** Where a header begins in {@link #headers}. */
    public static int headerAt(int index) {
        return index * PacketHeader.BYTES;
    }

    /** Zeroes the plaintext. */
    public void clear() {
        Arrays.fill(plain, (byte) 0);
    }
}
