package dev.ferry.sev.stream;

import dev.ferry.sev.region.GfnRange;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * SHA-256 over what a migration's packets are and where they belong, in the order in which they are
 * sent, and over what comes with them. The guest's page is in it by its packet's MAC.
 *
 * <pre>
 *  the start  03, policy (32 bits), PDH certificate (2084 bytes), session (128 bytes)
 *  a packet   01, name length (8 bits), block name, page offset (64), IV (16 bytes), MAC (32 bytes)
 *  the list   02, number of ranges (32 bits), each: first frame (64), frame behind the last (64)
 *  bitmaps    04, number of slots (32 bits), each: address (64), pages (64), the bitmap
 * </pre>
 *
 * Numbers are big-endian. The start comes first. The list stands where the stream has it, behind
 * all packets; its ranges are in the stream's order. Not safe for use by several threads.
 */
public final class ManifestDigest {

    private static final byte PACKET = 1;
    private static final byte LIST = 2;
    private static final byte START = 3;
    private static final byte BITMAPS = 4;

    /** Of a packet header: IV and MAC, behind the flags, which the MAC covers. */
    private static final int IV = 4;

    private static final int IV_AND_MAC = 16 + 32;

    private final MessageDigest sha256;
    private final byte[] buffer = new byte[8 << 10];
    private final ByteBuffer gathered = ByteBuffer.wrap(buffer);
    private String lastId = "";
    private byte[] lastName = {};
    private long packets;

    /** Of no packets yet. */
    public ManifestDigest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Adds what the session begins with. */
    public void start(StartFields fields) {
        byte[] pdh = fields.pdh();
        byte[] session = fields.session();
        room(1 + 4);
        gathered.put(START).putInt(fields.policy().value());
        room(pdh.length);
        gathered.put(pdh);
        room(session.length);
        gathered.put(session);
    }

    /**
     * Adds a packet.
     *
     * @param offset of the page in its block
     * @param bytes holds the packet; its position does not matter and stays
     * @param header index of its header, 52 bytes
     */
    public void packet(RamBlock block, long offset, ByteBuffer bytes, int header) {
        if (!lastId.equals(block.id())) {
            lastId = block.id();
            lastName = lastId.getBytes(StandardCharsets.ISO_8859_1);
        }
        room(1 + 1 + lastName.length + 8 + IV_AND_MAC);
        gathered.put(PACKET).put((byte) lastName.length).put(lastName).putLong(offset);
        int position = gathered.position();
        gathered.put(position, bytes, header + IV, IV_AND_MAC).position(position + IV_AND_MAC);
        packets++;
    }

    /** Adds the list of shared regions. */
    public void sharedRegions(List<GfnRange> ranges) {
        room(1 + 4);
        gathered.put(LIST).putInt(ranges.size());
        for (GfnRange range : ranges) {
            room(16);
            gathered.putLong(range.start()).putLong(range.end());
        }
    }

    /** Adds the bitmaps that the oldest dialect has instead. */
    public void bitmaps(List<SlotBitmap> slots) {
        room(1 + 4);
        gathered.put(BITMAPS).putInt(slots.size());
        for (SlotBitmap slot : slots) {
            room(16);
            gathered.putLong(slot.baseGpa()).putLong(slot.pages());
            drain();
            sha256.update(slot.bits());
        }
    }

    private void room(int bytes) {
        if (gathered.remaining() < bytes) {
            drain();
        }
    }

    private void drain() {
        sha256.update(buffer, 0, gathered.position());
        gathered.clear();
    }

    /** How many packets were added. */
    public long packets() {
        return packets;
    }

    /** The digest of all that was added, 32 bytes; nothing can be added then. */
    public byte[] finish() {
        drain();
        return sha256.digest();
    }
}
