package dev.ferry.stream.ram;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Makes XBZRLE deltas, byte for byte those that QEMU makes: runs are as long as they can be, and
 * one equal byte ends a run of new ones. {@link Xbzrle} applies them.
 *
 * <p>Eight bytes are looked at at once; nothing is allocated. Source: QEMU migration/xbzrle.c,
 * xbzrle_encode_buffer.
 */
public final class XbzrleEncoder {

    /** What {@link #encode} returns if the delta would be longer than a page. */
    public static final int OVERFLOW = -1;

    /** Largest count that two bytes hold. */
    private static final int MAX_COUNT = 0x3fff;

    /** Bytes to look at before {@link MemorySegment#mismatch} is called for the rest. */
    private static final int NEAR = 64;

    private static final long SEVENS = 0x7f7f7f7f7f7f7f7fL;

    private final int pageSize;
    private final LittleEndianView olds = new LittleEndianView();
    private final LittleEndianView news = new LittleEndianView();

    /**
     * @param pageSize in bytes, a multiple of 8
     */
    public XbzrleEncoder(int pageSize) {
        if (pageSize % 8 != 0) {
            throw new IllegalArgumentException("page size " + pageSize);
        }
        this.pageSize = pageSize;
    }

    /**
     * Encodes what changed from one page to another.
     *
     * @param old the page that the receiver has, at {@code oldIndex}
     * @param fresh the page as it is now, at {@code freshIndex}
     * @param delta takes the result from index 0 on, at most a page; its position is left alone
     * @return how long the delta is: 0 if nothing changed, {@link #OVERFLOW} if the page had better
     *     be sent as it is
     */
    public int encode(
            ByteBuffer old, int oldIndex, ByteBuffer fresh, int freshIndex, ByteBuffer delta) {
        olds.of(old);
        news.of(fresh);
        int length = 0;
        int i = 0;
        while (i < pageSize) {
            // Two bytes must be left at the start of a run, even if nothing follows any more.
            if (length + 2 > pageSize) {
                return OVERFLOW;
            }
            int keep = equal(oldIndex, freshIndex, i);
            if (keep == pageSize) {
                return length;
            }
            length = count(delta, length, keep - i);
            if (length < 0 || length + 2 > pageSize) {
                return OVERFLOW;
            }
            int end = different(oldIndex, freshIndex, keep);
            int fresher = end - keep;
            length = count(delta, length, fresher);
            if (length < 0 || length + fresher > pageSize) {
                return OVERFLOW;
            }
            delta.put(length, fresh, freshIndex + keep, fresher);
            length += fresher;
            i = end;
        }
        return length;
    }

    /** Where, from {@code i} on, the pages differ first. */
    private int equal(int aIndex, int bIndex, int i) {
        ByteBuffer a = olds.view;
        ByteBuffer b = news.view;
        int at = i;
        // Between scattered changes a few words are the same; a longer look is worth its call.
        int near = Math.min(pageSize, i + NEAR) - 8;
        while (at <= near) {
            long difference = a.getLong(aIndex + at) ^ b.getLong(bIndex + at);
            if (difference != 0) {
                return at + (Long.numberOfTrailingZeros(difference) >>> 3);
            }
            at += 8;
        }
        long further =
                MemorySegment.mismatch(
                        olds.segment,
                        aIndex + at,
                        aIndex + pageSize,
                        news.segment,
                        bIndex + at,
                        bIndex + pageSize);
        return further < 0 ? pageSize : at + (int) further;
    }

    /** Where, from {@code i} on, the pages have the first byte in common. */
    private int different(int aIndex, int bIndex, int i) {
        ByteBuffer a = olds.view;
        ByteBuffer b = news.view;
        int at = i;
        while (at <= pageSize - 8) {
            long difference = a.getLong(aIndex + at) ^ b.getLong(bIndex + at);
            // 0x80 for each byte that is 0, without carries from one byte to the next.
            long same = ~(((difference & SEVENS) + SEVENS) | difference | SEVENS);
            if (same != 0) {
                return at + (Long.numberOfTrailingZeros(same) >>> 3);
            }
            at += 8;
        }
        while (at < pageSize && a.get(aIndex + at) != b.get(bIndex + at)) {
            at++;
        }
        return at;
    }

    /** Writes a count and returns the length then, negative if the count is too large. */
    private static int count(ByteBuffer delta, int at, int count) {
        if (count < 0x80) {
            delta.put(at, (byte) count);
            return at + 1;
        }
        if (count > MAX_COUNT) {
            return OVERFLOW;
        }
        delta.put(at, (byte) ((count & 0x7f) | 0x80)).put(at + 1, (byte) (count >> 7));
        return at + 2;
    }

    /** Pages come from a few buffers; a view for each page would be a page's garbage. */
    private static final class LittleEndianView {
        private ByteBuffer viewOf = ByteBuffer.allocate(0);
        private ByteBuffer view = viewOf;
        private MemorySegment segment = MemorySegment.ofBuffer(view);

        void of(ByteBuffer buffer) {
            if (viewOf != buffer) {
                viewOf = buffer;
                view = buffer.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN);
                segment = MemorySegment.ofBuffer(view);
            }
        }
    }
}
