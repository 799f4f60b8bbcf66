package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamSectionWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes SEV's RAM records among QEMU's own: the counterpart of what {@link SevReading} reads. All
 * dialects but upstream's.
 */
public final class SevRecordWriter {

    /** What the list's 32 bits for the frame behind a region's last cannot say. */
    private static final long FRAMES = 1L << 32;

    private final RamSectionWriter records;
    private boolean started;

    /** Writes among the records of {@code records}, which decides where a block is named. */
    public SevRecordWriter(RamSectionWriter records) {
        this.records = records;
    }

    /** Whether the fields of RECEIVE_START are on their way. */
    public boolean started() {
        return started;
    }

    /**
     * Writes the stream's first encrypted page, with the fields that open the session.
     *
     * @param bytes holds the packet; its position does not matter and stays
     * @param header index of the packet header, 52 bytes
     * @param data index of the ciphertext, 4096 bytes
     * @throws IllegalStateException if it is not the first
     */
    public void first(
            StartFields start, RamBlock block, long offset, ByteBuffer bytes, int header, int data)
            throws IOException {
        if (started) {
            throw new IllegalStateException("the session's fields are sent once");
        }
        started = true;
        byte[] pdh = start.pdh();
        byte[] session = start.session();
        int fields = 4 + 4 + pdh.length + 4 + session.length;
        ByteBuffer to = begin(block, offset, fields + SevFormat.TYPE_TO_END);
        to.putInt(SevFormat.RAM_SAVE_ENCRYPTED_PAGE).putInt(start.policy().value());
        to.putInt(pdh.length).put(pdh).putInt(session.length).put(session);
        packet(to, bytes, header, data);
    }

    /**
     * Writes an encrypted page that is not the first.
     *
     * @throws IllegalStateException if it is the first
     */
    public void page(RamBlock block, long offset, ByteBuffer bytes, int header, int data)
            throws IOException {
        if (!started) {
            throw new IllegalStateException("the first encrypted page brings the session's fields");
        }
        ByteBuffer to = begin(block, offset, SevFormat.TYPE_TO_END);
        packet(to.putInt(SevFormat.RAM_SAVE_ENCRYPTED_PAGE), bytes, header, data);
    }

    private static void packet(ByteBuffer to, ByteBuffer bytes, int header, int data) {
        to.putInt(SevFormat.PACKET_HEADER);
        put(to, bytes, header, SevFormat.PACKET_HEADER);
        to.putInt(SevFormat.PAGE);
        put(to, bytes, data, SevFormat.PAGE);
    }

    private static void put(ByteBuffer to, ByteBuffer from, int index, int length) {
        int position = to.position();
        to.put(position, from, index, length).position(position + length);
    }

    /**
     * Writes the list of shared regions, which stands before the EOS of the last RAM section.
     *
     * @param block the last page's, or any; it means nothing
     * @param ranges in any order
     * @throws IllegalArgumentException if a frame has a number of more than 32 bits, which the list
     *     has no room for; nothing was written then
     */
    public void sharedRegions(RamBlock block, List<GfnRange> ranges) throws IOException {
        for (GfnRange range : ranges) {
            if (range.end() >= FRAMES) {
                throw new IllegalArgumentException(
                        "shared region " + range + ": frames of more than 32 bits cannot be sent");
            }
        }
        begin(block, 0, 4).putInt(SevFormat.RAM_SAVE_SHARED_REGIONS_LIST);
        for (GfnRange range : ranges) {
            records.out()
                    .room(12)
                    .putInt(SevFormat.SHARED_REGION_LIST_CONT)
                    .putInt((int) range.start())
                    .putInt((int) range.end());
        }
        records.out().room(4).putInt(SevFormat.SHARED_REGION_LIST_END);
    }

    /** Writes the bitmaps that the oldest dialect has instead of the list. */
    public void bitmaps(RamBlock block, List<SlotBitmap> slots) throws IOException {
        begin(block, 0, 4).putInt(SevFormat.RAM_SAVE_SHARED_REGIONS_LIST);
        for (SlotBitmap slot : slots) {
            byte[] bits = slot.bits();
            records.out()
                    .room(4 + 3 * 8)
                    .putInt(SevFormat.SHARED_REGION_LIST_CONT)
                    .putLong(slot.baseGpa())
                    .putLong(slot.pages())
                    .putLong(bits.length);
            records.out().bytes(bits);
        }
        records.out().room(4).putInt(SevFormat.SHARED_REGION_LIST_END);
    }

    private ByteBuffer begin(RamBlock block, long offset, int body) throws IOException {
        return records.record(block, offset, SevFormat.RAM_SAVE_FLAG_ENCRYPTED_DATA, body);
    }
}
