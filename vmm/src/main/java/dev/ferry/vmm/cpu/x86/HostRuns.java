package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.memory.HostMemory;
import java.lang.foreign.MemorySegment;

/** Many bytes of host memory at once, as repeated string instructions move and fill them. */
final class HostRuns {

    private HostRuns() {}

    /** Element by element upwards, as far as that can be told. */
    static void copy(long from, long to, int size, long bytes) {
        long ahead = to - from;
        if (ahead > 0 && ahead < bytes) {
            for (long i = 0; i < bytes; i += size) {
                switch (size) {
                    case 1 -> HostMemory.putByte(to + i, HostMemory.getByte(from + i));
                    case 2 -> HostMemory.putShort(to + i, HostMemory.getShort(from + i));
                    case 4 -> HostMemory.putInt(to + i, HostMemory.getInt(from + i));
                    default -> HostMemory.putLong(to + i, HostMemory.getLong(from + i));
                }
            }
        } else {
            MemorySegment.copy(HostMemory.ALL, from, HostMemory.ALL, to, bytes);
        }
    }

    static void fill(long to, int size, long value, long bytes) {
        long pattern =
                switch (size) {
                    case 1 -> (value & 0xff) * 0x0101_0101_0101_0101L;
                    case 2 -> (value & 0xffff) * 0x0001_0001_0001_0001L;
                    case 4 -> (value & 0xffffffffL) * 0x1_0000_0001L;
                    default -> value;
                };
        long i = 0;
        for (; i + 8 <= bytes; i += 8) {
            HostMemory.putLong(to + i, pattern);
        }
        for (; i < bytes; i++) {
            HostMemory.putByte(to + i, (byte) (pattern >>> (8 * (i & 7))));
        }
    }
}
