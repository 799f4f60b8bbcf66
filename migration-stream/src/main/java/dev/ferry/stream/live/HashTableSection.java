package dev.ferry.stream.live;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import java.io.IOException;

/**
 * The {@code spapr/htab} section: the hash page table of a pseries guest.
 *
 * <pre>
 *  u32  0xffffffff: there is no table, nothing follows
 *       else, in the first section: log2 of the table's size, nothing follows
 *       0: { u32 index, u16 valid n, u16 invalid, n entries of 16 bytes }* until an all-zero triple
 * </pre>
 *
 * Source: QEMU hw/ppc/spapr.c, htab_save_setup and htab_load.
 */
final class HashTableSection implements LiveSection {

    private static final int NO_TABLE = -1;
    static final int HASH_PTE_BYTES = 16;

    @Override
    public SectionBody.Live read(WireInput in, LiveListener listener) throws IOException {
        int header = in.i32("hash table header");
        boolean sized = header > 0 || header == NO_TABLE;
        if (!sized && header != 0) {
            throw in.malformed(
                    in.offset() - 4,
                    "hash table header: expected a size, 0 or 0xffffffff, found 0x"
                            + Integer.toHexString(header));
        }
        LiveSection.tell(in, listener, new LiveRecord.HashTableHeader(header), "");
        long records = 0;
        long bytes = 0;
        boolean more = !sized;
        while (more) {
            LiveRecord.HashTableEntries entries =
                    new LiveRecord.HashTableEntries(
                            in.i32("hash table index"),
                            in.u16("valid entries"),
                            in.u16("invalid entries"));
            LiveSection.tell(in, listener, entries, "hash table entries");
            more = entries.index() != 0 || entries.valid() != 0 || entries.invalid() != 0;
            if (more) {
                records++;
                bytes += entries.contentBytes();
            }
        }
        return new SectionBody.Live("hash page table", records, bytes);
    }
}
