package dev.ferry.vmm.oracle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** Numbers worth trying. */
final class Values {

    static final long[] EDGES = {
        0,
        1,
        2,
        -1,
        -2,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0x8000,
        0xffff,
        0x7fffffffL,
        0x80000000L,
        0xffffffffL,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private Values() {}

    /** Fills with singles or doubles, if the kind has them; else what is there stays. */
    static void fill(char kind, SplittableRandom random, byte[] bytes) {
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (kind == 'S') {
            for (int i = 0; i < bytes.length; i += 4) {
                words.putInt(i, single(random));
            }
        } else if (kind == 'D') {
            for (int i = 0; i < bytes.length; i += 8) {
                words.putLong(i, twice(random));
            }
        } else if (kind == 'F') {
            for (int i = 0; i < bytes.length; i += 16) {
                switch (random.nextInt(5)) {
                    case 0 -> words.putInt(i, single(random));
                    case 1 -> words.putLong(i, twice(random));
                    case 2 -> extended(random, words, i);
                    case 3 -> words.putLong(i, random.nextInt(-2000, 2000));
                    default -> {}
                }
            }
        }
    }

    /** There is but one NaN: which of two wins is not the same everywhere. */
    private static int single(SplittableRandom random) {
        return switch (random.nextInt(24)) {
            case 0 -> 0;
            case 1 -> 0x80000000;
            case 2 -> 0x7f800000;
            case 3 -> 0xff800000;
            case 4 -> 0xffc00000;
            case 5 -> 0x7f7fffff;
            case 6 -> 0x00800000;
            case 7 -> random.nextInt(0x800000);
            case 8, 9, 10, 11 -> Float.floatToRawIntBits(random.nextInt(-100, 100));
            case 12, 13 -> {
                int bits = random.nextInt();
                yield (bits & 0x7f800000) == 0x7f800000 ? bits ^ 0x40000000 : bits;
            }
            default -> (random.nextInt() & 0x807fffff) | random.nextInt(110, 145) << 23;
        };
    }

    private static long twice(SplittableRandom random) {
        return switch (random.nextInt(24)) {
            case 0 -> 0;
            case 1 -> Long.MIN_VALUE;
            case 2 -> 0x7ff0000000000000L;
            case 3 -> 0xfff0000000000000L;
            case 4 -> 0xfff8000000000000L;
            case 5 -> 0x7fefffffffffffffL;
            case 6 -> 0x0010000000000000L;
            case 7 -> random.nextLong(0x10000000000000L);
            case 8, 9, 10, 11 -> Double.doubleToRawLongBits(random.nextInt(-100, 100));
            case 12, 13 -> {
                long bits = random.nextLong();
                yield (bits >> 52 & 0x7ff) == 0x7ff ? bits ^ 0x4000000000000000L : bits;
            }
            default ->
                    (random.nextLong() & 0x800fffffffffffffL)
                            | (long) random.nextInt(1000, 1046) << 52;
        };
    }

    /** Ten bytes in the x87's format. */
    static void extended(SplittableRandom random, ByteBuffer words, int at) {
        long mantissa = random.nextLong() | Long.MIN_VALUE;
        int exponent = random.nextInt(16383 - 40, 16383 + 40);
        switch (random.nextInt(16)) {
            case 0 -> {
                mantissa = 0;
                exponent = 0;
            }
            case 1 -> {
                mantissa = Long.MIN_VALUE;
                exponent = 0x7fff;
            }
            case 2 -> {
                mantissa = 0xc000000000000000L;
                exponent = 0xffff;
            }
            case 3 -> exponent = random.nextInt(1, 0x7fff);
            case 4 -> {
                mantissa = random.nextLong() >>> 1;
                exponent = 0;
            }
            case 5, 6, 7 -> {
                mantissa &= -1L << random.nextInt(64);
                mantissa |= Long.MIN_VALUE;
                exponent = random.nextInt(16383, 16383 + 66);
            }
            default -> {}
        }
        words.putLong(at, mantissa);
        words.putShort(at + 8, (short) (exponent | (random.nextBoolean() ? 0x8000 : 0)));
    }
}
