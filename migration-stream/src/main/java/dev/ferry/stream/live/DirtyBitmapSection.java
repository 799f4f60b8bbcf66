package dev.ferry.stream.live;

import static dev.ferry.stream.live.DirtyBitmapFlags.BITMAP_NAME;
import static dev.ferry.stream.live.DirtyBitmapFlags.BITS;
import static dev.ferry.stream.live.DirtyBitmapFlags.COMPLETE;
import static dev.ferry.stream.live.DirtyBitmapFlags.DEVICE_NAME;
import static dev.ferry.stream.live.DirtyBitmapFlags.EOS;
import static dev.ferry.stream.live.DirtyBitmapFlags.START;
import static dev.ferry.stream.live.DirtyBitmapFlags.ZEROES;

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

    @Override
    public SectionBody.Live read(WireInput in, LiveListener listener) throws IOException {
        long records = 0;
        long bytes = 0;
        while (true) {
            long at = in.offset();
            int flags = flags(in);
            if (flags == EOS) {
                LiveSection.tell(in, listener, new LiveRecord.BitmapEnd(), "");
                return new SectionBody.Live("dirty bitmaps", records, bytes);
            }
            records++;
            LiveRecord.BitmapName name =
                    new LiveRecord.BitmapName(
                            flags,
                            (flags & DEVICE_NAME) != 0 ? in.str8("node name") : "",
                            (flags & BITMAP_NAME) != 0 ? in.str8("bitmap name") : "");
            LiveRecord record =
                    switch (flags & ~(DEVICE_NAME | BITMAP_NAME | ZEROES)) {
                        case START ->
                                new LiveRecord.BitmapStart(
                                        name, in.u32("granularity"), in.u8("bitmap settings"));
                        case COMPLETE -> new LiveRecord.BitmapComplete(name);
                        case BITS -> bits(in, name);
                        default -> throw unknown(in, at, flags);
                    };
            LiveSection.tell(in, listener, record, "bitmap chunk");
            bytes += record.contentBytes();
        }
    }

    private static IOException unknown(WireInput in, long at, int flags) {
        return in.malformed(
                at,
                "dirty bitmap record: expected START, BITS, COMPLETE or EOS, found flags 0x"
                        + Integer.toHexString(flags));
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

    private static LiveRecord bits(WireInput in, LiveRecord.BitmapName name) throws IOException {
        return new LiveRecord.BitmapBits(
                name,
                in.u64("bitmap chunk's first sector"),
                in.u32("bitmap chunk's sectors"),
                name.zeroes() ? 0 : in.u64("bitmap chunk's length"));
    }
}
