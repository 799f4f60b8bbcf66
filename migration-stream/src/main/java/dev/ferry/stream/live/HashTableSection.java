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
    private static final int HASH_PTE_BYTES = 16;

    @Override
    public SectionBody.Live read(WireInput in) throws IOException {
        int header = in.i32("hash table header");
        long records = 0;
        long bytes = 0;
        if (header == 0) {
            while (true) {
                int index = in.i32("hash table index");
                int valid = in.u16("valid entries");
                int invalid = in.u16("invalid entries");
                if (index == 0 && valid == 0 && invalid == 0) {
                    break;
                }
                long length = (long) valid * HASH_PTE_BYTES;
                in.skip(length, "hash table entries");
                records++;
                bytes += length;
            }
        } else if (header < 0 && header != NO_TABLE) {
            throw in.malformed(
                    in.offset() - 4,
                    "hash table header: expected a size, 0 or 0xffffffff, found 0x"
                            + Integer.toHexString(header));
        }
        return new SectionBody.Live("hash page table", records, bytes);
    }
}
