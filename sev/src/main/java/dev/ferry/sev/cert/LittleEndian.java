package dev.ferry.sev.cert;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Integers as certificates hold them, least significant byte first. */
final class LittleEndian {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int get32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static void put32(byte[] bytes, int at, int value) {
        INT.set(bytes, at, value);
    }

    /** A number of {@code length} bytes, never negative. */
    static BigInteger get(byte[] bytes, int at, int length) {
        return new BigInteger(1, reversed(bytes, at, length));
    }

    /**
     * Writes a number, zero-padded to {@code length} bytes.
     *
     * @throws IllegalArgumentException if it needs more
     */
    static void put(byte[] bytes, int at, int length, BigInteger value) {
        if (value.signum() < 0 || value.bitLength() > 8 * length) {
            throw new IllegalArgumentException("number does not fit into " + length + " bytes");
        }
        byte[] big = value.toByteArray();
        int significant = Math.min(big.length, length);
        for (int i = 0; i < significant; i++) {
            bytes[at + i] = big[big.length - 1 - i];
        }
        Arrays.fill(bytes, at + significant, at + length, (byte) 0);
    }

    static byte[] reversed(byte[] bytes, int at, int length) {
        byte[] reversed = new byte[length];
        for (int i = 0; i < length; i++) {
            reversed[i] = bytes[at + length - 1 - i];
        }
        return reversed;
    }
}
