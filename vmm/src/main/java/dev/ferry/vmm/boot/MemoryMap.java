package dev.ferry.vmm.boot;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a PC has RAM, as its firmware tells: INT 15h E820, Multiboot.
 *
 * @param ranges in ascending order, without overlaps
 * @param ebda address of the extended BIOS data area, in the last KiB of base memory
 */
public record MemoryMap(List<Range> ranges, int ebda) {

    /** {@link Range#type} of memory that anybody may use. */
    public static final int USABLE = 1;

    /** {@link Range#type} of memory that is taken. */
    public static final int RESERVED = 2;

    private static final long KIB = 1024;
    private static final long MIB = 1 << 20;
    private static final long GIB = 1 << 30;
    private static final long BASE_END = 640 * KIB;
    private static final long ROM_START = 0xf0000;

    /** Bytes from {@code start} on. */
    public record Range(long start, long length, int type) {

        /** The first byte behind. */
        public long end() {
            return start + length;
        }
    }

    public MemoryMap {
        ranges = List.copyOf(ranges);
    }

    /**
     * The map of a board with RAM from 0 and, behind the hole, from 4 GiB.
     *
     * @param below4g bytes of RAM from 0 on, at least 64 KiB
     * @param above4g bytes of RAM from 4 GiB on
     */
    public static MemoryMap of(long below4g, long above4g) {
        List<Range> ranges = new ArrayList<>();
        long base = Math.min(below4g, BASE_END) & -KIB;
        long ebda = base - KIB;
        ranges.add(new Range(0, ebda, USABLE));
        ranges.add(new Range(ebda, KIB, RESERVED));
        ranges.add(new Range(ROM_START, MIB - ROM_START, RESERVED));
        if (below4g > MIB) {
            ranges.add(new Range(MIB, below4g - MIB, USABLE));
        }
        ranges.add(
                new Range(4 * GIB - FirmwareImage.UNIT_BYTES, FirmwareImage.UNIT_BYTES, RESERVED));
        if (above4g > 0) {
            ranges.add(new Range(4 * GIB, above4g, USABLE));
        }
        return new MemoryMap(ranges, (int) ebda);
    }

    /** KiB of base memory, as INT 12h tells. */
    int baseKib() {
        return ebda / 1024;
    }

    /** Whether all of it is RAM that anybody may use. */
    boolean usable(long start, long length) {
        for (Range range : ranges) {
            if (range.type == USABLE
                    && start >= range.start
                    && start <= range.end()
                    && length <= range.end() - start) {
                return true;
            }
        }
        return false;
    }

    /** Bytes of RAM from 1 MiB on, without a gap. */
    long extended() {
        for (Range range : ranges) {
            if (range.start == MIB && range.type == USABLE) {
                return range.length;
            }
        }
        return 0;
    }
}
