package dev.ferry.stream.ram;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the block list: a run of guest memory with a name.
 *
 * @param index position in the list, from 0
 * @param id QEMU's idstr, such as {@code pc.ram}
 * @param usedLength bytes in use
 * @param hostPageSize backing page size in bytes where the stream tells it (postcopy with huge
 *     pages), else 0
 * @param guestAddress guest-physical address where the stream tells it (x-ignore-shared)
 * @param mapped its mapped-ram header, in a mapped-ram stream
 */
public record RamBlock(
        int index,
        String id,
        long usedLength,
        long hostPageSize,
        OptionalLong guestAddress,
        @Nullable MappedRamHeader mapped) {

    /** Pages of {@code pageSize} bytes that the block has. */
    public long pages(int pageSize) {
        return usedLength / pageSize;
    }

    /** Whether a whole page begins at {@code offset}. */
    public boolean hasPage(long offset, int pageSize) {
        return offset >= 0 && offset <= usedLength - pageSize;
    }

    @Override
    public String toString() {
        return "block '" + id + "'";
    }
}
