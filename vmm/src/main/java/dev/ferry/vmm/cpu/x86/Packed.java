package dev.ferry.vmm.cpu.x86;

/** Integer arithmetic on packed elements, eight bytes of them at a time: MMX, and half of SSE2. */
final class Packed {

    private static final long HIGH8 = 0x8080808080808080L;
    private static final long HIGH16 = 0x8000800080008000L;
    private static final long HIGH32 = 0x8000000080000000L;

    private Packed() {}

    /** One operation: destination and source. */
    @FunctionalInterface
    interface Lanes {
        long apply(long d, long s);
    }

    /** One element, sign-extended. */
    @FunctionalInterface
    interface Element {
        int apply(int d, int s);
    }

    private static long add(long d, long s, long high) {
        return (d & ~high) + (s & ~high) ^ ((d ^ s) & high);
    }

    private static long subtract(long d, long s, long high) {
        return (d | high) - (s & ~high) ^ ((d ^ ~s) & high);
    }

    static long paddb(long d, long s) {
        return add(d, s, HIGH8);
    }

    static long paddw(long d, long s) {
        return add(d, s, HIGH16);
    }

    static long paddd(long d, long s) {
        return add(d, s, HIGH32);
    }

    static long psubb(long d, long s) {
        return subtract(d, s, HIGH8);
    }

    static long psubw(long d, long s) {
        return subtract(d, s, HIGH16);
    }

    static long psubd(long d, long s) {
        return subtract(d, s, HIGH32);
    }

    /** An operation on each of eight bytes. */
    static Lanes bytes(Element f) {
        return (d, s) -> {
            long r = 0;
            for (int k = 0; k < 64; k += 8) {
                r |= (f.apply((byte) (d >>> k), (byte) (s >>> k)) & 0xffL) << k;
            }
            return r;
        };
    }

    /** An operation on each of four words. */
    static Lanes words(Element f) {
        return (d, s) -> {
            long r = 0;
            for (int k = 0; k < 64; k += 16) {
                r |= (f.apply((short) (d >>> k), (short) (s >>> k)) & 0xffffL) << k;
            }
            return r;
        };
    }

    /** An operation on each of two doublewords. */
    static Lanes doublewords(Element f) {
        return (d, s) ->
                (f.apply((int) d, (int) s) & 0xffffffffL)
                        | (long) f.apply((int) (d >>> 32), (int) (s >>> 32)) << 32;
    }

    static int signedByte(int v) {
        return Math.clamp(v, -128, 127);
    }

    static int unsignedByte(int v) {
        return Math.clamp(v, 0, 255);
    }

    static int signedWord(int v) {
        return Math.clamp(v, -32768, 32767);
    }

    static int unsignedWord(int v) {
        return Math.clamp(v, 0, 65535);
    }

    static long pmaddwd(long d, long s) {
        int low = (short) d * (short) s + (short) (d >> 16) * (short) (s >> 16);
        int high = (short) (d >> 32) * (short) (s >> 32) + (short) (d >> 48) * (short) (s >> 48);
        return (low & 0xffffffffL) | (long) high << 32;
    }

    static long pmuludq(long d, long s) {
        return (d & 0xffffffffL) * (s & 0xffffffffL);
    }

    static long psadbw(long d, long s) {
        long sum = 0;
        for (int k = 0; k < 64; k += 8) {
            sum += Math.abs((int) (d >>> k & 0xff) - (int) (s >>> k & 0xff));
        }
        return sum;
    }

    // ---- shifts: by a count that may be anything ------------------------------------------

    static long psllw(long d, long count) {
        return count >>> 4 != 0
                ? 0
                : d << count & (0xffffL >>> count << count & 0xffff) * 0x0001000100010001L;
    }

    static long psrlw(long d, long count) {
        return count >>> 4 != 0 ? 0 : d >>> count & (0xffffL >>> count) * 0x0001000100010001L;
    }

    static long psraw(long d, long count) {
        int n = count >>> 4 != 0 ? 15 : (int) count;
        long r = 0;
        for (int k = 0; k < 64; k += 16) {
            r |= ((short) (d >>> k) >> n & 0xffffL) << k;
        }
        return r;
    }

    static long pslld(long d, long count) {
        return count >>> 5 != 0
                ? 0
                : d << count & (0xffffffffL >>> count << count & 0xffffffffL) * 0x100000001L;
    }

    static long psrld(long d, long count) {
        return count >>> 5 != 0 ? 0 : d >>> count & (0xffffffffL >>> count) * 0x100000001L;
    }

    static long psrad(long d, long count) {
        int n = count >>> 5 != 0 ? 31 : (int) count;
        return ((int) d >> n & 0xffffffffL) | (long) ((int) (d >>> 32) >> n) << 32;
    }

    static long psllq(long d, long count) {
        return count >>> 6 != 0 ? 0 : d << count;
    }

    static long psrlq(long d, long count) {
        return count >>> 6 != 0 ? 0 : d >>> count;
    }

    // ---- changes of width -----------------------------------------------------------------

    /** Four words to four bytes. */
    static long packWords(long v, Element saturate) {
        long r = 0;
        for (int k = 0; k < 4; k++) {
            r |= (saturate.apply((short) (v >>> (16 * k)), 0) & 0xffL) << (8 * k);
        }
        return r;
    }

    /** Two doublewords to two words. */
    static long packDoublewords(long v) {
        return (signedWord((int) v) & 0xffffL) | (signedWord((int) (v >>> 32)) & 0xffffL) << 16;
    }

    /** The low four bytes of d and s, in turn. */
    static long interleaveBytes(long d, long s) {
        long r = 0;
        for (int k = 0; k < 4; k++) {
            r |= ((d >>> (8 * k) & 0xff) | (s >>> (8 * k) & 0xff) << 8) << (16 * k);
        }
        return r;
    }

    /** The low two words of d and s, in turn. */
    static long interleaveWords(long d, long s) {
        return (d & 0xffff) | (s & 0xffff) << 16 | (d >>> 16 & 0xffff) << 32 | (s >>> 16) << 48;
    }

    /** The low doubleword of d, then that of s. */
    static long interleaveDoublewords(long d, long s) {
        return (d & 0xffffffffL) | s << 32;
    }

    /** Four words chosen by two bits each. */
    static long shuffleWords(long s, int order) {
        long r = 0;
        for (int k = 0; k < 4; k++) {
            r |= (s >>> (16 * (order >> (2 * k) & 3)) & 0xffff) << (16 * k);
        }
        return r;
    }

    /** The top bit of each byte. */
    static int byteSigns(long v) {
        return (int) (((v & HIGH8) * 0x0002040810204081L) >>> 56);
    }
}
