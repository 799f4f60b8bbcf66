package dev.ferry.stream.live;

/**
 * Flags of a record in a {@code dirty-bitmap} section. QEMU migration/block-dirty-bitmap.c,
 * DIRTY_BITMAP_MIG_FLAG_*.
 */
public final class DirtyBitmapFlags {

    /** The section ends. */
    public static final int EOS = 0x01;

    /** All bits of the chunk are clear. */
    public static final int ZEROES = 0x02;

    /** The bitmap's name follows. */
    public static final int BITMAP_NAME = 0x04;

    /** The node's or device's name follows. */
    public static final int DEVICE_NAME = 0x08;

    /** A bitmap begins. */
    public static final int START = 0x10;

    /** A bitmap is complete. */
    public static final int COMPLETE = 0x20;

    /** A chunk of bits. */
    public static final int BITS = 0x40;

    private DirtyBitmapFlags() {}
}
