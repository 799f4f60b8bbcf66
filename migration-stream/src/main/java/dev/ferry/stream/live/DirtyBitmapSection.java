package dev.ferry.stream.live;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import java.io.IOException;

/**
 * The {@code dirty-bitmap} section: bitmaps of disks, in records.
 *
 * <pre>
 *  u8 flags  (bit 7: one more byte of flags follows, or with 0xc0 three more)
 *    0x08  str8 node or device      0x04  str8 bitmap      (left out: as in the record before)
 *    0x10 START     u32 granularity, u8 1 enabled | 2 persistent | 4 ignored
 *    0x40 BITS      u64 first sector, u32 sectors, then unless 0x02 ZEROES: u64 n, n bytes
 *    0x20 COMPLETE  nothing
 *    0x01 EOS       ends the section
 * </pre>
 *
 * Source: QEMU migration/block-dirty-bitmap.c.
 */
final class DirtyBitmapSection implements LiveSection {

    private static final int EOS = 0x01;
    private static final int ZEROES = 0x02;
    private static final int BITMAP_NAME = 0x04;
    private static final int DEVICE_NAME = 0x08;
    private static final int START = 0x10;
    private static final int COMPLETE = 0x20;
    private static final int BITS = 0x40;

    @Override
    public SectionBody.Live read(WireInput in) throws IOException {
        long records = 0;
        long bytes = 0;
        while (true) {
            long at = in.offset();
            int flags = flags(in);
            if (flags == EOS) {
                return new SectionBody.Live("dirty bitmaps", records, bytes);
            }
            records++;
            if ((flags & DEVICE_NAME) != 0) {
                in.str8("node name");
            }
            if ((flags & BITMAP_NAME) != 0) {
                in.str8("bitmap name");
            }
            switch (flags & ~(DEVICE_NAME | BITMAP_NAME | ZEROES)) {
                case START -> in.skip(5, "bitmap start");
                case COMPLETE -> {}
                case BITS -> bytes += bits(in, (flags & ZEROES) != 0);
                default ->
                        throw in.malformed(
                                at,
                                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags 0x"
                                        + Integer.toHexString(flags));
            }
        }
    }

    private static int flags(WireInput in) throws IOException {
        int flags = in.u8("dirty bitmap flags");
        if ((flags & 0x80) != 0) {
            flags = flags << 8 | in.u8("dirty bitmap flags");
            if ((flags & 0x4000) != 0) {
                flags = flags << 16 | in.u16("dirty bitmap flags");
            }
        }
        return flags;
    }

    private static long bits(WireInput in, boolean zeroes) throws IOException {
        in.skip(12, "bitmap chunk");
        if (zeroes) {
            return 0;
        }
        long length = in.u64("bitmap chunk's length");
        in.skip(length, "bitmap chunk");
        return length;
    }
}
