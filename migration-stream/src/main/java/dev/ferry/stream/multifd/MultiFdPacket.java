package dev.ferry.stream.multifd;

import dev.ferry.stream.io.WireInput;
import dev.ferry.stream.io.WireOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The header of one multifd packet. One instance a channel, refilled for each packet. It keeps all
 * that was read, what nobody looks at included, so that {@link #write} gives the same bytes again.
 *
 * <pre>
 *    0  u32        magic 0x11223344
 *    4  u32        version 1
 *    8  u32        flags: 0x01 SYNC, 0x3e compression, 0x40 DEVICE_STATE
 *   12  u32        offset slots in use at most; QEMU 9.0 and later write 0 in SYNC packets
 *   16  u32        normal pages
 *   20  u32        payload bytes; stale if there are no normal pages
 *   24  u64        packet number
 *   32  u32        zero pages (QEMU 9.0 and later)
 *   36  byte[28]   zero; from 32 on in QEMU up to 8.2
 *   64  byte[256]  RAM block, NUL padded
 *  320  u64[slots] offsets: normal pages, then zero pages; always 512 KiB / page size slots
 * </pre>
 *
 * A DEVICE_STATE packet (QEMU 10.0) has another layout from byte 12 on: {@code byte[256]} section
 * name, {@code u32} instance, {@code u32} payload bytes. Source: QEMU migration/multifd.h,
 * MultiFDPacket_t and MultiFDPacketDeviceState_t.
 */
public final class MultiFdPacket {

    /** Synchronisation point. */
    public static final int MULTIFD_FLAG_SYNC = 0x01;

    /** Not pages but state of a device. */
    public static final int MULTIFD_FLAG_DEVICE_STATE = 0x40;

    /** Guest memory that one packet can describe. */
    public static final int MULTIFD_PACKET_SIZE = 512 << 10;

    private static final int FIXED_BYTES = 320;
    private static final int UNUSED_BYTES = 28;
    private static final int NAME_BYTES = 256;

    private final long[] offsets;
    private final byte[] unused = new byte[UNUSED_BYTES];

    /** The name with what stands behind its NUL. */
    private final byte[] nameField = new byte[NAME_BYTES];

    private long at;
    private int flags;
    private int pagesAlloc;
    private int normalPages;
    private int zeroPages;
    private long declaredPayload;
    private long number;
    private String name = "";
    private long instance;

    MultiFdPacket(int pageSize) {
        offsets = new long[slots(pageSize)];
    }

    /** Offset slots of every packet with pages of {@code pageSize} bytes. */
    public static int slots(int pageSize) {
        return MULTIFD_PACKET_SIZE / pageSize;
    }

    /** Bytes of a page packet's header. */
    public static int headerBytes(int pageSize) {
        return FIXED_BYTES + 8 * slots(pageSize);
    }

    /** Reads the next header. */
    void read(WireInput in) throws IOException {
        at = in.offset();
        MultiFdHandshake.expectMagic(in);
        MultiFdHandshake.expectVersion(in);
        flags = in.i32("packet flags");
        if ((flags & ~(MULTIFD_FLAG_SYNC | MultiFdCompression.MASK | MULTIFD_FLAG_DEVICE_STATE))
                != 0) {
            throw in.malformed(
                    at + 8, "packet flags: unknown bits in 0x" + Integer.toHexString(flags));
        }
        if (deviceState()) {
            readDeviceState(in);
        } else {
            readPages(in);
        }
    }

    private void readPages(WireInput in) throws IOException {
        pagesAlloc = slotCount(in, offsets.length, "offset slots");
        int limit = pagesAlloc == 0 ? offsets.length : pagesAlloc;
        normalPages = slotCount(in, limit, "normal pages");
        declaredPayload = in.u32("payload bytes");
        number = in.u64("packet number");
        zeroPages = slotCount(in, limit - normalPages, "zero pages");
        take(in, unused, "packet header");
        readName(in);
        ByteBuffer b = in.window(8 * offsets.length, "page offsets");
        int index = b.position();
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = b.getLong(index + 8 * i);
        }
        b.position(index + 8 * offsets.length);
    }

    private static int slotCount(WireInput in, int limit, String what) throws IOException {
        long at = in.offset();
        long n = in.u32(what);
        if (n > limit) {
            throw in.malformed(at, what + ": expected at most " + limit + ", found " + n);
        }
        return (int) n;
    }

    private void readDeviceState(WireInput in) throws IOException {
        if ((flags & MULTIFD_FLAG_SYNC) != 0) {
            throw in.malformed(at + 8, "packet flags: SYNC in a device state packet");
        }
        readName(in);
        instance = in.u32("device instance");
        declaredPayload = in.u32("payload bytes");
        normalPages = 0;
        zeroPages = 0;
    }

    private void readName(WireInput in) throws IOException {
        long at = in.offset();
        take(in, nameField, "name");
        int length = 0;
        while (length < NAME_BYTES && nameField[length] != 0) {
            length++;
        }
        if (length == NAME_BYTES) {
            throw in.malformed(at, "name: expected a NUL within 256 bytes");
        }
        name = new String(nameField, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static void take(WireInput in, byte[] to, String what) throws IOException {
        in.window(to.length, what).get(to);
    }

    /** Writes the header; what the payload is, is the caller's business. */
    void write(WireOutput out) throws IOException {
        ByteBuffer b = out.room(FIXED_BYTES + 8 * offsets.length);
        b.putInt(MultiFdHandshake.MULTIFD_MAGIC).putInt(MultiFdHandshake.MULTIFD_VERSION);
        b.putInt(flags);
        if (deviceState()) {
            b.put(nameField).putInt((int) instance).putInt((int) declaredPayload);
            return;
        }
        b.putInt(pagesAlloc).putInt(normalPages).putInt((int) declaredPayload);
        b.putLong(number).putInt(zeroPages).put(unused).put(nameField);
        for (long offset : offsets) {
            b.putLong(offset);
        }
    }

    // What a writer fills in. Nothing else is touched, which is how QEMU 7.2 leaves stale fields.

    /** Zero everywhere, as QEMU 10.0 begins each packet. */
    void clear() {
        flags = 0;
        pagesAlloc = 0;
        normalPages = 0;
        zeroPages = 0;
        declaredPayload = 0;
        number = 0;
        instance = 0;
        name = "";
        Arrays.fill(unused, (byte) 0);
        Arrays.fill(nameField, (byte) 0);
        Arrays.fill(offsets, 0);
    }

    /** Sets the flags, the packet's number and the second count of the header. */
    void head(int newFlags, long newNumber, int slots) {
        flags = newFlags;
        number = newNumber;
        pagesAlloc = slots;
    }

    /** Sets how many pages there are of each sort. */
    void counts(int normal, int zero) {
        normalPages = normal;
        zeroPages = zero;
    }

    /** Sets the payload's length. */
    void declaredPayload(long bytes) {
        declaredPayload = bytes;
    }

    /**
     * Sets the name of the RAM block or device.
     *
     * @throws IllegalArgumentException if it is longer than 255 bytes
     */
    void name(String block) {
        if (block.equals(name)) {
            return;
        }
        byte[] bytes = block.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length >= NAME_BYTES) {
            throw new IllegalArgumentException("a name of " + bytes.length + " bytes");
        }
        Arrays.fill(nameField, (byte) 0);
        System.arraycopy(bytes, 0, nameField, 0, bytes.length);
        name = block;
    }

    /** Makes it a device state packet. */
    void device(String section, long instanceId, long payload) {
        clear();
        flags = MULTIFD_FLAG_DEVICE_STATE;
        name(section);
        instance = instanceId;
        declaredPayload = payload;
    }

    /** Sets the offset in slot {@code i}. */
    void pageOffset(int i, long offset) {
        offsets[i] = offset;
    }

    /** Stream offset of the packet. */
    public long at() {
        return at;
    }

    /** The flags as they are. */
    public int flags() {
        return flags;
    }

    /** Whether this is a synchronisation point. */
    public boolean sync() {
        return (flags & MULTIFD_FLAG_SYNC) != 0;
    }

    /** Whether this is a device's state and not pages. */
    public boolean deviceState() {
        return (flags & MULTIFD_FLAG_DEVICE_STATE) != 0;
    }

    /** The second count of the header, as it is. */
    public int pagesAlloc() {
        return pagesAlloc;
    }

    /** Pages whose content is in the payload. */
    public int normalPages() {
        return normalPages;
    }

    /** Pages that are zero. */
    public int zeroPages() {
        return zeroPages;
    }

    /** Bytes that really follow: QEMU up to 8.2 leaves an old length where there are none. */
    public long payloadBytes() {
        return normalPages > 0 || deviceState() ? declaredPayload : 0;
    }

    /** The length as it stands in the header. */
    public long declaredPayload() {
        return declaredPayload;
    }

    /** The packet's number, counted over all channels. */
    public long number() {
        return number;
    }

    /** The RAM block, or the device's section name. */
    public String name() {
        return name;
    }

    /** The device's instance, in a device state packet. */
    public long instance() {
        return instance;
    }

    /** Offset in the block of page {@code i}: normal ones first, then zero ones. */
    public long pageOffset(int i) {
        return offsets[i];
    }

    @Override
    public String toString() {
        return "packet " + Long.toUnsignedString(number) + " for '" + name + "'";
    }
}
