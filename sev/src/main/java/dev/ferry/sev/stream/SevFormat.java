package dev.ferry.sev.stream;

/**
 * Numbers of SEV's RAM records, all fields of which are big-endian. Source: AMD's QEMU branch
 * sev_live_migration_v4_1, migration/ram.c, include/sysemu/sev.h, target/i386/sev.c.
 */
final class SevFormat {

    static final int RAM_SAVE_FLAG_ENCRYPTED_DATA = 0x200;
    static final int RAM_SAVE_FLAG_CONTINUE = 0x20;

    static final int RAM_SAVE_ENCRYPTED_PAGE = 1;

    /** In the oldest branch RAM_SAVE_ENCRYPTED_BITMAP. */
    static final int RAM_SAVE_SHARED_REGIONS_LIST = 2;

    static final int SHARED_REGION_LIST_CONT = 1;
    static final int SHARED_REGION_LIST_END = 2;

    /** Most bytes of anything that the firmware takes or gives. */
    static final int SEV_FW_BLOB_MAX_SIZE = 0x4000;

    static final int PAGE = 4096;
    static final int PAGE_SHIFT = 12;
    static final int PACKET_HEADER = 52;
    static final int PDH = 2084;
    static final int SESSION = 128;

    /** From a record's type to the packet header, to the ciphertext, to its end. */
    static final int TYPE_TO_HEADER = 4 + 4;

    static final int TYPE_TO_DATA = TYPE_TO_HEADER + PACKET_HEADER + 4;
    static final int TYPE_TO_END = TYPE_TO_DATA + PAGE;

    /** A whole record that continues with its block. */
    static final int RECORD = 8 + TYPE_TO_END;

    private SevFormat() {}
}
