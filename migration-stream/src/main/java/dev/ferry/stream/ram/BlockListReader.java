package dev.ferry.stream.ram;

import dev.ferry.stream.Limits;
import dev.ferry.stream.io.WireInput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The block list that follows a MEM_SIZE word.
 *
 * <pre>
 *  until the lengths add up to the word's address part:
 *    str8  idstr
 *    u64   used length in bytes
 *    u64   host page size    only with postcopy-ram, only for blocks on unusual pages
 *    u64   guest address     only with x-ignore-shared
 *    28    mapped-ram header only with mapped-ram; the file then goes on behind the block's pages
 * </pre>
 *
 * Nothing in an entry says which of these it has. Source: QEMU migration/ram.c, ram_save_setup and
 * parse_ramblocks.
 */
final class BlockListReader {

    private final RamState ram;
    private final RamFeatures features;
    private final Limits limits;
    private final MappedRamReader mapped;

    BlockListReader(RamState ram, RamFeatures features, Limits limits, MappedRamReader mapped) {
        this.ram = ram;
        this.features = features;
        this.limits = limits;
        this.mapped = mapped;
    }

    /**
     * @param total the MEM_SIZE word without its flags: the sum of all used lengths
     */
    void read(WireInput in, long total) throws IOException, MalformedPageException {
        long at = in.offset() - 8;
        List<RamBlock> before = ram.blocks();
        if (!before.isEmpty() && features.mappedRam()) {
            throw in.malformed(at, "block list: a second one in a mapped-ram stream");
        }
        if (total < 0) {
            throw in.malformed(
                    at,
                    "block list: total length 0x" + Long.toHexString(total) + " is beyond 2^63");
        }
        long limit = ram.sink().maxBytes();
        if (total > limit) {
            throw in.exceeds(at, "bytes of RAM", total, limit);
        }
        List<RamBlock> blocks = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        long left = total;
        while (left != 0) {
            if (blocks.size() == limits.ramBlocks()) {
                throw in.exceeds(
                        in.offset(), "block list entries", blocks.size() + 1L, limits.ramBlocks());
            }
            long entryAt = in.offset();
            RamBlock block = entry(in, blocks.size(), left);
            if (!ids.add(block.id())) {
                throw in.malformed(in.offset(), "block list: '" + block.id() + "' is listed twice");
            }
            blocks.add(block);
            left -= block.usedLength();
            if (block.mapped() != null) {
                // The list is complete only at its end, but the pages lie here.
                ram.blocks(blocks);
                mapped.read(in, entryAt, total, block);
            }
        }
        if (before.isEmpty()) {
            ram.blocks(blocks);
        } else if (!before.equals(blocks)) {
            throw in.malformed(at, "block list: differs from the one before");
        }
    }

    private RamBlock entry(WireInput in, int index, long left) throws IOException {
        long at = in.offset();
        String id = in.str8("block list: block name");
        if (id.isEmpty()) {
            throw in.malformed(
                    at,
                    "block list: empty block name, " + left + " bytes of RAM still to be listed");
        }
        long lengthAt = in.offset();
        long length = in.u64("used length of block '" + id + "'");
        if (length < 0 || length > left) {
            throw in.malformed(
                    lengthAt,
                    "used length of block '"
                            + id
                            + "': expected at most the "
                            + left
                            + " bytes left of the total, found "
                            + Long.toUnsignedString(length));
        }
        int granule = ram.pageSize() == 0 ? RamState.MIN_PAGE_SIZE : ram.pageSize();
        if (length % granule != 0) {
            throw in.malformed(
                    lengthAt,
                    "used length of block '"
                            + id
                            + "': expected a multiple of "
                            + granule
                            + ", found 0x"
                            + Long.toHexString(length));
        }
        long hostPageSize = hostPageSize(in, left - length);
        OptionalLong address =
                features.ignoreShared()
                        ? OptionalLong.of(in.u64("guest address of block '" + id + "'"))
                        : OptionalLong.empty();
        MappedRamHeader header = features.mappedRam() ? mappedHeader(in) : null;
        return new RamBlock(index, id, length, hostPageSize, address, header);
    }

    private @Nullable MappedRamHeader mappedHeader(WireInput in) throws IOException {
        if (ram.pageSize() == 0) {
            ByteBuffer b = in.window(12, "mapped-ram header");
            long size = b.getLong(b.position() + 4);
            if (!RamState.possiblePageSize(size)) {
                throw in.malformed(
                        in.offset() + 4,
                        "mapped-ram page size: expected a power of two from 256 to 65536, found "
                                + Long.toUnsignedString(size));
            }
            ram.pageSize((int) size);
        }
        return MappedRamHeader.read(in, ram.pageSize());
    }

    /**
     * The host page size of an entry, if it has one. What follows without one is either the next
     * entry, which begins with the length of a name and so not with 0, or after the last entry a
     * record word with a flag set, which no page size of 4 KiB or more can be.
     */
    private long hostPageSize(WireInput in, long leftAfter) throws IOException {
        if (features.hostPageSizes() == 0 || in.peek(7) < 0) {
            return 0;
        }
        ByteBuffer b = in.window(8, "host page size");
        long word = b.getLong(b.position());
        boolean pageSize =
                word >= 4096 && Long.bitCount(word) == 1 && (word & features.hostPageSizes()) != 0;
        boolean nextEntry = leftAfter != 0 && in.peek(0) != 0;
        return pageSize && !nextEntry ? in.u64("host page size") : 0;
    }
}
