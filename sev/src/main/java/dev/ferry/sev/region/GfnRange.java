package dev.ferry.sev.region;

/**
 * Neighbouring guest page frames of 4 KiB: from {@code start} up to but not including {@code end}.
 */
public record GfnRange(long start, long end) {

    /**
     * @throws IllegalArgumentException if there is no frame in it
     */
    public GfnRange {
        if (start < 0 || start >= end) {
            throw new IllegalArgumentException(
                    "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end));
        }
    }

    /** How many frames. */
    public long pages() {
        return end - start;
    }

    /** Such as {@code 0x20-0x30}. */
    @Override
    public String toString() {
        return "0x" + Long.toHexString(start) + "-0x" + Long.toHexString(end);
    }
}
