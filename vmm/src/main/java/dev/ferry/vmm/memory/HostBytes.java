package dev.ferry.vmm.memory;

/** Loads and stores of 1, 2, 4 or 8 bytes at a host address. */
final class HostBytes {

    private HostBytes() {}

    /** Zero-extended. */
    static long load(long address, int size) {
        return switch (size) {
            case 1 -> HostMemory.getByte(address) & 0xffL;
            case 2 -> HostMemory.getShort(address) & 0xffffL;
            case 4 -> HostMemory.getInt(address) & 0xffffffffL;
            case 8 -> HostMemory.getLong(address);
            default -> throw new IllegalArgumentException("a load of " + size + " bytes");
        };
    }

    static void store(long address, int size, long value) {
        switch (size) {
            case 1 -> HostMemory.putByte(address, (byte) value);
            case 2 -> HostMemory.putShort(address, (short) value);
            case 4 -> HostMemory.putInt(address, (int) value);
            case 8 -> HostMemory.putLong(address, value);
            default -> throw new IllegalArgumentException("a store of " + size + " bytes");
        }
    }

    /** The low bytes of a value. */
    static long low(long value, int size) {
        return size == 8 ? value : value & ((1L << (8 * size)) - 1);
    }
}
