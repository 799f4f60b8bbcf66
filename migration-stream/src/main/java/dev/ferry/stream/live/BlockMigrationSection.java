package dev.ferry.stream.live;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import java.io.IOException;

/**
 * The {@code block} section of QEMU up to 9.0: disk content in chunks of 1 MiB.
 *
 * <pre>
 *  u64  sector &lt;&lt; 9 | flags
 *    0x01 DEVICE_BLOCK  str8 device, then unless 0x08 ZERO_BLOCK: 1 MiB
 *    0x04 PROGRESS      the address part is a percentage
 *    0x02 EOS           ends the section
 * </pre>
 *
 * Source: QEMU migration/block.c, blk_send and block_load.
 */
final class BlockMigrationSection implements LiveSection {

    static final int DEVICE_BLOCK = 0x01;
    static final int EOS = 0x02;
    static final int PROGRESS = 0x04;
    static final int ZERO_BLOCK = 0x08;
    private static final int FLAGS = 0x1ff;
    static final int CHUNK_BYTES = 1 << 20;

    @Override
    public SectionBody.Live read(WireInput in, LiveListener listener) throws IOException {
        long records = 0;
        long bytes = 0;
        while (true) {
            long at = in.offset();
            long word = in.u64("disk block record");
            int flags = (int) word & FLAGS;
            long sector = word >>> 9;
            switch (flags) {
                case EOS -> {
                    LiveSection.tell(in, listener, new LiveRecord.DiskEnd(sector), "");
                    return new SectionBody.Live("disk blocks", records, bytes);
                }
                case PROGRESS ->
                        LiveSection.tell(in, listener, new LiveRecord.DiskProgress(sector), "");
                case DEVICE_BLOCK, DEVICE_BLOCK | ZERO_BLOCK -> {
                    boolean zero = (flags & ZERO_BLOCK) != 0;
                    LiveRecord block =
                            new LiveRecord.DiskBlock(sector, zero, in.str8("device name"));
                    LiveSection.tell(in, listener, block, "disk block");
                    bytes += block.contentBytes();
                    records++;
                }
                default ->
                        throw in.malformed(
                                at,
                                "disk block record: unknown flags 0x" + Integer.toHexString(flags));
            }
        }
    }
}
