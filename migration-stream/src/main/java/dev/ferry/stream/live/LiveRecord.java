package dev.ferry.stream.live;

/**
 * One record of a live section other than {@code ram}, as a value. Content, where a record has any,
 * is not in it: it follows in pieces, since a section may be longer than memory.
 *
 * <p>Addresses and numbers are unsigned and exactly what is on the wire, also where QEMU always
 * writes 0, so that a record can be written back as it was.
 */
public sealed interface LiveRecord {

    /** Bytes of content that belong to the record. */
    default long contentBytes() {
        return 0;
    }

    // --- dirty-bitmap ------------------------------------------------------------------------

    /**
     * Which bitmap a record is about.
     *
     * @param flags the record's: {@link DirtyBitmapFlags}
     * @param node node or device, empty where the record leaves it out
     * @param bitmap its name, empty where the record leaves it out
     */
    record BitmapName(int flags, String node, String bitmap) {

        /** Whether all bits of a chunk are clear, and none are sent. */
        boolean zeroes() {
            return (flags & DirtyBitmapFlags.ZEROES) != 0;
        }
    }

    /**
     * START of a bitmap.
     *
     * @param granularity bytes of disk a bit stands for
     * @param settings 1 enabled, 2 persistent, 4 ignored
     */
    record BitmapStart(BitmapName name, long granularity, int settings) implements LiveRecord {}

    /**
     * BITS, or with ZEROES none of them.
     *
     * @param firstSector of 512 bytes
     * @param sectors how many
     * @param contentBytes bytes of bitmap, little-endian words
     */
    record BitmapBits(BitmapName name, long firstSector, long sectors, long contentBytes)
            implements LiveRecord {}

    /** COMPLETE. */
    record BitmapComplete(BitmapName name) implements LiveRecord {}

    /** EOS. */
    record BitmapEnd() implements LiveRecord {}

    // --- block -------------------------------------------------------------------------------

    /**
     * A chunk of a disk, 1 MiB.
     *
     * @param sector first sector of 512 bytes
     * @param zero whether it is all zeros, and not sent
     * @param device the disk's name
     */
    record DiskBlock(long sector, boolean zero, String device) implements LiveRecord {
        @Override
        public long contentBytes() {
            return zero ? 0 : BlockMigrationSection.CHUNK_BYTES;
        }
    }

    /** How far the disks have come, in percent. */
    record DiskProgress(long percent) implements LiveRecord {}

    /**
     * EOS.
     *
     * @param sector 0
     */
    record DiskEnd(long sector) implements LiveRecord {}

    // --- spapr/htab --------------------------------------------------------------------------

    /**
     * A section's first word: 0xffffffff if there is no table, else in the first section log2 of
     * its size, later 0, after which the entries follow.
     */
    record HashTableHeader(int word) implements LiveRecord {}

    /**
     * Entries of 16 bytes; all zeros end the section.
     *
     * @param index of the first
     * @param valid entries that follow
     * @param invalid entries behind these that are empty
     */
    record HashTableEntries(int index, int valid, int invalid) implements LiveRecord {
        @Override
        public long contentBytes() {
            return (long) valid * HashTableSection.HASH_PTE_BYTES;
        }
    }

    // --- s390-storage_attributes -------------------------------------------------------------

    /**
     * Attributes, one byte a page.
     *
     * @param address guest address of the first page
     * @param contentBytes pages
     */
    record StorageAttributes(long address, long contentBytes) implements LiveRecord {}

    /**
     * DONE.
     *
     * @param address 0
     */
    record StorageAttributesDone(long address) implements LiveRecord {}

    /**
     * EOS.
     *
     * @param address 0
     */
    record StorageAttributesEnd(long address) implements LiveRecord {}
}
