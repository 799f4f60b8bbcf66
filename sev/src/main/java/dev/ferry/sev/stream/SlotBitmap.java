package dev.ferry.sev.stream;

/**
 * Which pages of one memory slot are encrypted, as the oldest dialect tells it.
 *
 * <p>Bit {@code n % 8} of byte {@code n / 8} is page n of the slot; set means encrypted.
 */
public final class SlotBitmap {

    private final long baseGpa;
    private final long pages;
    private final byte[] bits;

    /**
     * @param baseGpa guest-physical address of the slot's first byte
     * @param pages pages of 4 KiB in the slot
     * @param bits {@link #bytes(long)} of {@code pages}; kept, not copied
     */
    SlotBitmap(long baseGpa, long pages, byte[] bits) {
        this.baseGpa = baseGpa;
        this.pages = pages;
        this.bits = bits;
    }

    /** Bytes of a bitmap of that many pages: whole words of 64 bits. */
    static long bytes(long pages) {
        return (pages + 63) / 64 * 8;
    }

    /** Guest-physical address of the slot's first byte. */
    public long baseGpa() {
        return baseGpa;
    }

    /** Pages of 4 KiB in the slot. */
    public long pages() {
        return pages;
    }

    /** Whether a page of the slot is encrypted. */
    public boolean encrypted(long page) {
        return (bits[(int) (page >> 3)] >> (page & 7) & 1) != 0;
    }

    /** How many pages are encrypted. */
    public long encrypted() {
        long encrypted = 0;
        for (long page = 0; page < pages; page++) {
            encrypted += encrypted(page) ? 1 : 0;
        }
        return encrypted;
    }

    /** The bytes on the wire: a copy. */
    public byte[] bits() {
        return bits.clone();
    }
}
