package dev.ferry.stream.ram;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * XBZRLE: what changed in a page, against what the receiver has.
 *
 * <pre>
 *  { unchanged-run changed-run }*
 *  unchanged-run  ULEB128 count of bytes to keep; 0 only at the very beginning
 *  changed-run    ULEB128 count n of at least 1, then n new bytes (not XORed)
 * </pre>
 *
 * Counts take one or two bytes. What follows the last run is unchanged. Source: QEMU
 * migration/xbzrle.c, xbzrle_decode_buffer.
 */
public final class Xbzrle {

    /** The one encoding number on the wire. */
    public static final int ENCODING = 1;

    private Xbzrle() {}

    /**
     * Applies a delta.
     *
     * @param delta holds the encoded bytes at {@code index}, {@code length} of them
     * @param memory holds the page's present content at {@code pageOffset}, {@code pageSize} bytes
     *     of it, changed in place
     * @throws MalformedPageException if a run is malformed or reaches past the page, which may then
     *     be changed in part
     */
    public static void apply(
            MemorySegment delta,
            long index,
            int length,
            MemorySegment memory,
            long pageOffset,
            int pageSize)
            throws MalformedPageException {
        long i = index;
        long end = index + length;
        int at = 0;
        while (i < end) {
            if (end - i < 2) {
                throw new MalformedPageException(
                        "XBZRLE: a run begins in the last byte of its data");
            }
            int keep = count(delta, i, end);
            i += countBytes(delta, i);
            if (keep == 0 && at != 0) {
                throw new MalformedPageException(
                        "XBZRLE: empty run of unchanged bytes at page byte 0x"
                                + Integer.toHexString(at));
            }
            if (keep > pageSize - at) {
                throw pastPage("unchanged", at + keep, pageSize);
            }
            at += keep;
            if (end - i < 2) {
                throw new MalformedPageException(
                        "XBZRLE: data ends where a run of new bytes is expected");
            }
            int fresh = count(delta, i, end);
            i += countBytes(delta, i);
            if (fresh == 0) {
                throw new MalformedPageException(
                        "XBZRLE: empty run of new bytes at page byte 0x" + Integer.toHexString(at));
            }
            if (fresh > pageSize - at) {
                throw pastPage("new", at + fresh, pageSize);
            }
            if (fresh > end - i) {
                throw new MalformedPageException(
                        "XBZRLE: run of new bytes: expected "
                                + fresh
                                + ", the data ends after "
                                + (end - i));
            }
            MemorySegment.copy(delta, i, memory, pageOffset + at, fresh);
            i += fresh;
            at += fresh;
        }
    }

    private static MalformedPageException pastPage(String run, int to, int pageSize) {
        return new MalformedPageException(
                "XBZRLE: run of "
                        + run
                        + " bytes reaches 0x"
                        + Integer.toHexString(to)
                        + ", the page has 0x"
                        + Integer.toHexString(pageSize)
                        + " bytes");
    }

    private static int countBytes(MemorySegment delta, long i) {
        return delta.get(ValueLayout.JAVA_BYTE, i) < 0 ? 2 : 1;
    }

    private static int count(MemorySegment delta, long i, long end) throws MalformedPageException {
        int low = delta.get(ValueLayout.JAVA_BYTE, i);
        if (low >= 0) {
            return low;
        }
        if (i + 1 >= end) {
            throw new MalformedPageException("XBZRLE: data ends inside a count");
        }
        int high = delta.get(ValueLayout.JAVA_BYTE, i + 1);
        if (high < 0) {
            throw new MalformedPageException("XBZRLE: count of more than two bytes");
        }
        return (low & 0x7f) | (high << 7);
    }
}
