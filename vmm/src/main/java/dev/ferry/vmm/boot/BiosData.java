package dev.ferry.vmm.boot;

import dev.ferry.vmm.memory.AddressSpace;
import java.nio.ByteBuffer;

/**
 * What firmware leaves in the BIOS data area about memory and disks, and in the extended one for
 * INT 15h; see the ROM's source for the layout.
 */
final class BiosData {

    private static final int EBDA_SEGMENT = 0x40e;
    private static final int EQUIPMENT = 0x410;
    private static final int BASE_KIB = 0x413;
    private static final int DISKS = 0x475;

    /** A coprocessor, a colour display of 80 columns, one serial port. */
    private static final int EQUIPMENT_WORD = 0x222;

    private static final int EBDA_BYTES = 0x400;
    private static final int ENTRY = 0x10;
    private static final int COUNT = 0x20;
    private static final int RANGES = 0x30;
    private static final int RANGE_BYTES = 20;

    private static final long KIB = 1024;
    private static final long LOW_KIB = 15 * 1024;
    private static final long UNIT_KIB = 64;

    private final GuestBytes guest;
    private final MemoryMap map;

    BiosData(AddressSpace memory, MemoryMap map) {
        this.guest = new GuestBytes(memory);
        this.map = map;
    }

    /** Writes all of it but what concerns a kernel. */
    void write(int disks) {
        guest.putShort(EBDA_SEGMENT, map.ebda() >> 4);
        guest.putShort(EQUIPMENT, EQUIPMENT_WORD);
        guest.putShort(BASE_KIB, map.baseKib());
        guest.putByte(DISKS, disks);
        ByteBuffer ebda = GuestBytes.buffer(EBDA_BYTES);
        ebda.put(0, (byte) 1);
        long extendedKib = map.extended() / KIB;
        ebda.putShort(COUNT, (short) map.ranges().size());
        ebda.putShort(COUNT + 2, (short) Math.min(extendedKib, 0xffff));
        ebda.putShort(COUNT + 4, (short) Math.min(extendedKib, LOW_KIB));
        ebda.putShort(
                COUNT + 6, (short) Math.min(Math.max(0, extendedKib - LOW_KIB) / UNIT_KIB, 0xffff));
        int at = RANGES;
        for (MemoryMap.Range range : map.ranges()) {
            ebda.putLong(at, range.start());
            ebda.putLong(at + 8, range.length());
            ebda.putInt(at + 16, range.type());
            at += RANGE_BYTES;
        }
        guest.write(map.ebda(), ebda);
    }

    /** Where a kernel begins, and where its Multiboot information is. */
    void kernel(int entry, int info) {
        ByteBuffer both = GuestBytes.buffer(8);
        both.putInt(entry).putInt(info);
        guest.write(map.ebda() + ENTRY, both);
    }
}
