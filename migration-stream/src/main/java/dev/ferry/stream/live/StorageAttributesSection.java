package dev.ferry.stream.live;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.Tag;
import java.io.IOException;

/**
 * The {@code s390-storage_attributes} section: CMMA bits of guest pages.
 *
 * <pre>
 *  u64  guest address | flags
 *    0x02 MORE   u64 n, then n bytes
 *    0x08 DONE   nothing; ends the last section, sometimes without an EOS behind it
 *    0x04 ERROR  the source failed
 *    0x01 EOS    ends the section
 * </pre>
 *
 * Source: QEMU hw/s390x/s390-stattrib.c, cmma_save and cmma_load.
 */
final class StorageAttributesSection implements LiveSection {

    static final int EOS = 0x01;
    static final int MORE = 0x02;
    private static final int ERROR = 0x04;
    static final int DONE = 0x08;
    static final long FLAGS = 0xfff;

    @Override
    public SectionBody.Live read(WireInput in, LiveListener listener) throws IOException {
        long records = 0;
        long bytes = 0;
        boolean done = false;
        while (true) {
            if (done && in.peek(0) == Tag.QEMU_VM_SECTION_FOOTER) {
                break;
            }
            long at = in.offset();
            long word = in.u64("storage attributes record");
            int flags = (int) (word & FLAGS);
            long address = word & ~FLAGS;
            if (flags == EOS) {
                LiveSection.tell(in, listener, new LiveRecord.StorageAttributesEnd(address), "");
                break;
            }
            switch (flags) {
                case MORE -> {
                    long length = in.u64("storage attributes' length");
                    LiveRecord attributes = new LiveRecord.StorageAttributes(address, length);
                    LiveSection.tell(in, listener, attributes, "storage attributes");
                    records++;
                    bytes += length;
                }
                case DONE -> {
                    done = true;
                    LiveRecord end = new LiveRecord.StorageAttributesDone(address);
                    LiveSection.tell(in, listener, end, "");
                }
                case ERROR ->
                        throw in.malformed(at, "storage attributes: the source reported an error");
                default ->
                        throw in.malformed(
                                at,
                                "storage attributes record: unknown flags 0x"
                                        + Integer.toHexString(flags));
            }
        }
        return new SectionBody.Live("storage attributes", records, bytes);
    }
}
