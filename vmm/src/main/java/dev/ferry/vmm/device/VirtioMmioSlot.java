package dev.ferry.vmm.device;

import dev.ferry.vmm.memory.MmioDevice;

/** One of microvm's places for a virtio device, without one: a guest finds device id 0. */
public final class VirtioMmioSlot implements MmioDevice {

    /** Bytes of a slot. */
    public static final int BYTES = 0x200;

    private static final int MAGIC = 0x74726976;
    private static final int LEGACY = 1;
    private static final int VENDOR = 0x554d4551;

    public VirtioMmioSlot() {}

    @Override
    public long read(long offset, int size) {
        if (size != 4) {
            return 0;
        }
        return switch ((int) offset) {
            case 0x00 -> MAGIC;
            case 0x04 -> LEGACY;
            case 0x0c -> VENDOR;
            default -> 0;
        };
    }

    @Override
    public void write(long offset, int size, long value) {}
}
