package dev.ferry.stream.testing;

import dev.ferry.stream.Limits;

/** The default limits with one thing changed. */
public final class SomeLimits {

    private static final Limits D = Limits.DEFAULT;

    private SomeLimits() {}

    /** What is kept of an input that cannot seek. */
    public static Limits spool(int memoryBytes, long bytes) {
        return new Limits(
                D.descriptionBytes(),
                D.commandBytes(),
                D.packagedDepth(),
                D.ramBlocks(),
                D.deviceBytes(),
                memoryBytes,
                bytes,
                D.xmlBytes(),
                D.snapshotTableBytes(),
                D.findings());
    }

    /** How long and how deep packages may be. */
    public static Limits packages(long bytes, int depth) {
        return new Limits(
                D.descriptionBytes(),
                bytes,
                depth,
                D.ramBlocks(),
                D.deviceBytes(),
                D.spoolMemoryBytes(),
                D.spoolBytes(),
                D.xmlBytes(),
                D.snapshotTableBytes(),
                D.findings());
    }

    /** How many RAM blocks, and how long a bitmap or a device's state may be. */
    public static Limits sizes(int ramBlocks, int deviceBytes) {
        return new Limits(
                D.descriptionBytes(),
                D.commandBytes(),
                D.packagedDepth(),
                ramBlocks,
                deviceBytes,
                D.spoolMemoryBytes(),
                D.spoolBytes(),
                D.xmlBytes(),
                D.snapshotTableBytes(),
                D.findings());
    }
}
