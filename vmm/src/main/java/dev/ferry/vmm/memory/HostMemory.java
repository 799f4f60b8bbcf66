package dev.ferry.vmm.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Guest memory by host address, little endian, without a check: what a vCPU's fast path uses.
 *
 * <p>Addresses come from {@link PhysicalMemory#readable} and {@link PhysicalMemory#writable} only,
 * and are good for the rest of that page until the vCPU is asked to forget them. Anything else here
 * would crash the JVM, as a wild pointer does; all that takes an address from outside goes through
 * {@link PhysicalMemory#load} and {@link PhysicalMemory#store} instead.
 */
public final class HostMemory {

    /** All of the address space, as one segment of the global scope: its checks fold away. */
    @SuppressWarnings("restricted") // what a vCPU's loads and stores come down to
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** For atomic access of aligned words: coordinates are {@link #ALL} and the address. */
    public static final VarHandle INT_ATOMIC =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    /** For atomic access of aligned words: coordinates are {@link #ALL} and the address. */
    public static final VarHandle LONG_ATOMIC =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();

    private HostMemory() {}

    /** Sign-extended. */
    public static byte getByte(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    /** Sign-extended. */
    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    public static void putShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }
}
