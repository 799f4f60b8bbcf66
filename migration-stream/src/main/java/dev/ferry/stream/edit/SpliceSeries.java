package dev.ferry.stream.edit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Many stretches of a stream that are all replaced by the same bytes: every place that names a RAM
 * block, every part of a live section. A stream may have millions, so each takes only a few bytes
 * here.
 *
 * <p>Stored as pairs of numbers, least significant seven bits first, a set high bit meaning that
 * more follow: bytes since the end of the one before, length.
 */
final class SpliceSeries {

    /** About ten million places. */
    static final int MAX_BYTES = 32 << 20;

    private final byte[] bytes;
    private final String what;
    private byte[] store = new byte[64];
    private int used;
    private long last;
    private boolean full;

    SpliceSeries(byte[] bytes, String what) {
        this.bytes = bytes;
        this.what = what;
    }

    String what() {
        return what;
    }

    boolean isEmpty() {
        return used == 0;
    }

    /** Whether there were more places than can be kept. */
    boolean full() {
        return full;
    }

    /** Adds the next stretch; they come in ascending order and do not overlap. */
    void add(long offset, long length) {
        if (used > MAX_BYTES) {
            full = true;
            return;
        }
        if (offset < last) {
            throw new IllegalArgumentException(what + " at " + offset + ", behind " + last);
        }
        put(offset - last);
        put(length);
        last = offset + length;
    }

    private void put(long number) {
        if (store.length - used < 10) {
            store = Arrays.copyOf(store, store.length * 2);
        }
        long rest = number;
        while (rest > 0x7f) {
            store[used++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        store[used++] = (byte) rest;
    }

    Reader reader() {
        return new Reader();
    }

    /** Reads the stretches back in order. */
    final class Reader implements SpliceReader {
        private int next;
        private long end;

        @Override
        public @Nullable Splice next() {
            if (next == used) {
                return null;
            }
            long offset = end + get();
            long length = get();
            end = offset + length;
            return new Splice(offset, length, bytes, what);
        }

        private long get() {
            long number = 0;
            for (int shift = 0; ; shift += 7) {
                byte b = store[next++];
                number |= (b & 0x7fL) << shift;
                if (b >= 0) {
                    return number;
                }
            }
        }
    }
}
