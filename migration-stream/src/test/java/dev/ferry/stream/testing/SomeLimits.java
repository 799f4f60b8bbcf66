package dev.ferry.stream.testing;

import dev.ferry.stream.Limits;

/** The default limits with one thing changed. */
public final class SomeLimits {

    private SomeLimits() {}

    /** What is kept of an input that cannot seek. */
    public static Limits spool(int memoryBytes, long bytes) {
        return Limits.DEFAULT.withSpool(memoryBytes, bytes);
    }

    /** How long and how deep packages may be. */
    public static Limits packages(long bytes, int depth) {
        return Limits.DEFAULT.withPackages(bytes, depth);
    }

    /** How many RAM blocks, and how long a bitmap or a device's state may be. */
    public static Limits sizes(int ramBlocks, int deviceBytes) {
        return Limits.DEFAULT.withRamBlocks(ramBlocks).withDeviceBytes(deviceBytes);
    }
}
