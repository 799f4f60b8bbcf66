package dev.ferry.vmm.efi;

/**
 * EFI_TIME, 16 bytes; all 0 where a variable has none.
 *
 * <pre>
 *  u16 year  u8 month  u8 day  u8 hour  u8 minute  u8 second  u8 pad
 *  u32 nanosecond  s16 minutes from UTC  u8 daylight  u8 pad
 * </pre>
 *
 * @param head the first eight bytes as one number
 * @param tail the others
 */
public record EfiTime(long head, long tail) {

    static final int BYTES = 16;

    /** No time. */
    public static final EfiTime NONE = new EfiTime(0, 0);

    /** A time of day, UTC. */
    public static EfiTime of(int year, int month, int day, int hour, int minute, int second) {
        return new EfiTime(
                (year & 0xffffL)
                        | (month & 0xffL) << 16
                        | (day & 0xffL) << 24
                        | (hour & 0xffL) << 32
                        | (minute & 0xffL) << 40
                        | (second & 0xffL) << 48,
                0);
    }

    static EfiTime read(byte[] bytes, int at) {
        return new EfiTime(LittleEndian.u64(bytes, at), LittleEndian.u64(bytes, at + 8));
    }

    void write(byte[] bytes, int at) {
        LittleEndian.u64(bytes, at, head);
        LittleEndian.u64(bytes, at + 8, tail);
    }

    /** Such as {@code 2025-03-10T02:35:39}; {@code none} for no time. */
    @Override
    public String toString() {
        if (equals(NONE)) {
            return "none";
        }
        StringBuilder text = new StringBuilder(20).append(head & 0xffff);
        return two(two(two(two(two(text, '-', 16), '-', 24), 'T', 32), ':', 40), ':', 48)
                .toString();
    }

    private StringBuilder two(StringBuilder text, char before, int shift) {
        long value = head >>> shift & 0xff;
        return text.append(before).append(value < 10 ? "0" : "").append(value);
    }
}
