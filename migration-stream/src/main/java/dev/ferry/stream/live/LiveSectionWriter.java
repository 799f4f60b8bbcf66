package dev.ferry.stream.live;

import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the records of live sections other than {@code ram}: dirty bitmaps, disk blocks, hash page
 * tables, storage attributes. The counterpart of {@link LiveSection}.
 *
 * <p>After a record whose {@link LiveRecord#contentBytes} is not 0, so many bytes of content must
 * follow before the next.
 */
public final class LiveSectionWriter implements LiveListener {

    private final WireOutput out;
    private long missing;

    /** Writes bodies to {@code out}. */
    public LiveSectionWriter(WireOutput out) {
        this.out = out;
    }

    /**
     * Writes a record.
     *
     * @throws IllegalArgumentException if a name is longer than 255 bytes or a number does not fit
     * @throws IllegalStateException if content of the record before is missing
     */
    @Override
    public void record(LiveRecord record) throws IOException {
        if (missing != 0) {
            throw new IllegalStateException(missing + " bytes of content were not written");
        }
        switch (record) {
            case LiveRecord.BitmapStart start -> {
                name(start.name(), DirtyBitmapFlags.START);
                out.u32(start.granularity());
                out.u8(start.settings());
            }
            case LiveRecord.BitmapBits bits -> {
                name(bits.name(), DirtyBitmapFlags.BITS);
                out.u64(bits.firstSector());
                out.u32(bits.sectors());
                if (!bits.name().zeroes()) {
                    out.u64(bits.contentBytes());
                } else if (bits.contentBytes() != 0) {
                    throw new IllegalArgumentException("a chunk of zeroes with bits");
                }
            }
            case LiveRecord.BitmapComplete complete ->
                    name(complete.name(), DirtyBitmapFlags.COMPLETE);
            case LiveRecord.BitmapEnd _ -> out.u8(DirtyBitmapFlags.EOS);
            case LiveRecord.DiskBlock block -> {
                int zero = block.zero() ? BlockMigrationSection.ZERO_BLOCK : 0;
                sector(block.sector(), BlockMigrationSection.DEVICE_BLOCK | zero);
                out.str8(block.device());
            }
            case LiveRecord.DiskProgress progress ->
                    sector(progress.percent(), BlockMigrationSection.PROGRESS);
            case LiveRecord.DiskEnd end -> sector(end.sector(), BlockMigrationSection.EOS);
            case LiveRecord.HashTableHeader header -> out.u32(header.word());
            case LiveRecord.HashTableEntries entries -> {
                out.u32(entries.index());
                out.u16(fits16(entries.valid()));
                out.u16(fits16(entries.invalid()));
            }
            case LiveRecord.StorageAttributes attributes -> {
                address(attributes.address(), StorageAttributesSection.MORE);
                out.u64(attributes.contentBytes());
            }
            case LiveRecord.StorageAttributesDone done ->
                    address(done.address(), StorageAttributesSection.DONE);
            case LiveRecord.StorageAttributesEnd end ->
                    address(end.address(), StorageAttributesSection.EOS);
        }
        missing = record.contentBytes();
    }

    /** Writes content of the record before, or a part of it. */
    @Override
    public void content(ByteBuffer piece) throws IOException {
        if (piece.remaining() > missing) {
            throw new IllegalArgumentException(
                    piece.remaining() + " bytes of content, " + missing + " are missing");
        }
        missing -= piece.remaining();
        out.bytes(piece, piece.position(), piece.remaining());
    }

    private void name(LiveRecord.BitmapName name, int kind) throws IOException {
        int allowed =
                DirtyBitmapFlags.ZEROES
                        | DirtyBitmapFlags.BITMAP_NAME
                        | DirtyBitmapFlags.DEVICE_NAME;
        if ((name.flags() & ~allowed) != kind) {
            throw new IllegalArgumentException(
                    "dirty bitmap flags 0x" + Integer.toHexString(name.flags()));
        }
        out.u8(name.flags());
        if ((name.flags() & DirtyBitmapFlags.DEVICE_NAME) != 0) {
            out.str8(name.node());
        }
        if ((name.flags() & DirtyBitmapFlags.BITMAP_NAME) != 0) {
            out.str8(name.bitmap());
        }
    }

    private void sector(long sector, int flags) throws IOException {
        if (sector >>> 55 != 0) {
            throw new IllegalArgumentException("sector 0x" + Long.toHexString(sector));
        }
        out.u64(sector << 9 | flags);
    }

    private void address(long address, int flags) throws IOException {
        if ((address & StorageAttributesSection.FLAGS) != 0) {
            throw new IllegalArgumentException(
                    "storage attributes' address 0x" + Long.toHexString(address));
        }
        out.u64(address | flags);
    }

    private static int fits16(int value) {
        if (value >>> 16 != 0) {
            throw new IllegalArgumentException("number of hash table entries: " + value);
        }
        return value;
    }
}
