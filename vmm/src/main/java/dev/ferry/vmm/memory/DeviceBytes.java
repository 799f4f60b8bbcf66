package dev.ferry.vmm.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Runs of bytes in and out of a device, in the largest aligned words up to four bytes. */
final class DeviceBytes {

    private DeviceBytes() {}

    static void read(AddressSpace space, FlatRange range, long address, MemorySegment into) {
        long offset = range.deviceOffset + address - range.start;
        long at = 0;
        while (at < into.byteSize()) {
            int size = word(offset + at, into.byteSize() - at);
            long value = space.deviceLoad(range.behind(), offset + at, size);
            for (int i = 0; i < size; i++) {
                into.set(ValueLayout.JAVA_BYTE, at + i, (byte) (value >>> (8 * i)));
            }
            at += size;
        }
    }

    static void write(AddressSpace space, FlatRange range, long address, MemorySegment from) {
        long offset = range.deviceOffset + address - range.start;
        long at = 0;
        while (at < from.byteSize()) {
            int size = word(offset + at, from.byteSize() - at);
            long value = 0;
            for (int i = size - 1; i >= 0; i--) {
                value = (value << 8) | (from.get(ValueLayout.JAVA_BYTE, at + i) & 0xff);
            }
            space.deviceStore(range.behind(), offset + at, size, value);
            at += size;
        }
    }

    private static int word(long offset, long left) {
        if ((offset & 3) == 0 && left >= 4) {
            return 4;
        }
        return (offset & 1) == 0 && left >= 2 ? 2 : 1;
    }
}
