package dev.ferry.stream.vmstate;

/** Big-endian integers of 1 to 8 bytes in byte arrays. */
final class Integers {

    private Integers() {}

    static long get(byte[] bytes, int index, int width, boolean signed) {
        long value = signed ? bytes[index] : bytes[index] & 0xff;
        for (int i = 1; i < width; i++) {
            value = value << 8 | (bytes[index + i] & 0xff);
        }
        return value;
    }

    static void put(byte[] bytes, int index, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[index + i] = (byte) (value >> (8 * (width - 1 - i)));
        }
    }
}
