package dev.ferry.stream.dump;

import java.util.Optional;

/**
 * The two headers of a kdump file, in their form for 64-bit or for 32-bit systems. QEMU
 * include/sysemu/dump.h, DiskDumpHeader64 and KdumpSubHeader64, DiskDumpHeader32 and
 * KdumpSubHeader32.
 *
 * @param wide whether in the form for 64-bit systems
 * @param longMode whether the guest runs in long mode
 * @param pageSize bytes in a block
 * @param subHeaderBlocks blocks of the second header, with the notes
 * @param pageFrames one more than the number of the last page
 */
record KdumpHeaders(
        boolean wide, boolean longMode, int pageSize, int subHeaderBlocks, long pageFrames) {

    /** Bytes of the second header in its longer form. */
    static final int SUB_HEADER = 104;

    private static final int SUB_HEADER_32 = 80;
    private static final int VERSION = 6;

    /** {@code utsname} has six members of 65 bytes; QEMU knows only the fifth, the machine. */
    private static final int MACHINE_AT = 12 + 4 * 65;

    /** Zero pages share one. */
    private static final int DUMP_LEVEL = 1;

    byte[] main(int compression, long bitmapBlocks, int cpus) {
        LittleEndian header = new LittleEndian(pageSize);
        header.ascii("KDUMP   ").u32(VERSION);
        header.at(MACHINE_AT).ascii(longMode ? "x86_64" : "i686");
        header.at(wide ? 424 : 412).u32(compression).u32(pageSize).u32(subHeaderBlocks);
        header.u32(bitmapBlocks).u32(Math.min(pageFrames, 0xffff_ffffL));
        return header.at(wide ? 460 : 448).u32(cpus).array();
    }

    /**
     * The second header with the notes behind it.
     *
     * @param cpus the vCPUs' notes
     */
    byte[] sub(byte[] cpus, Optional<GuestNote> note) {
        LittleEndian header = new LittleEndian(subHeaderBlocks * pageSize);
        byte[] guest = note.map(GuestNote::bytes).orElse(new byte[0]);
        int length = wide ? SUB_HEADER : SUB_HEADER_32;
        long notesAt = (long) pageSize + length;
        header.word(wide, note.map(GuestNote::physBase).orElse(0L)).u32(DUMP_LEVEL);
        if (note.isPresent()) {
            header.at(wide ? 32 : 20).u64(notesAt + cpus.length + note.get().textAt());
            header.word(wide, note.get().textLength());
        }
        header.at(wide ? 48 : 32).u64(notesAt).word(wide, cpus.length + guest.length);
        return header.at(length - 8).u64(pageFrames).raw(cpus).raw(guest).array();
    }
}
