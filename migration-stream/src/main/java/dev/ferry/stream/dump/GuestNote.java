package dev.ferry.stream.dump;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The VMCOREINFO note of a Linux guest: what tools need to find their way in its memory. It is an
 * ELF note as a whole:
 *
 * <pre>
 *  u32  length of the name, 11
 *  u32  length of the text
 *  u32  type, 0
 *  "VMCOREINFO\0", padded to a multiple of 4
 *  text, lines of KEY=value, padded likewise
 * </pre>
 *
 * Little endian. QEMU dump/dump.c, dump_init.
 */
public final class GuestNote {

    /** Section of the device that guests tell where the note is. */
    static final String DEVICE = "vmcoreinfo";

    /**
     * Room kept for a note that is only found while memory is written: Linux has one page for the
     * text.
     */
    static final int ROOM = 8192;

    private static final int MAX_SIZE = 1 << 20;
    private static final int FORMAT_ELF = 1;
    private static final int HEAD = 12;

    /**
     * What the guest told the device.
     *
     * @param guestPhysical where the note begins
     * @param size bytes there are for it, at most 1 MiB
     */
    public record Address(long guestPhysical, int size) {

        /** Empty if the guest told nothing, or nothing of use. */
        static Optional<Address> of(StructValue device) {
            boolean present = StateFields.number(device, "has_vmcoreinfo", 0) != 0;
            long format = StateFields.number(device, "vmcoreinfo.guest_format", 0);
            long size = StateFields.number(device, "vmcoreinfo.size", 0);
            long paddr = StateFields.number(device, "vmcoreinfo.paddr", 0);
            return present && format == FORMAT_ELF && size >= HEAD && size <= MAX_SIZE && paddr >= 0
                    ? Optional.of(new Address(paddr, (int) size))
                    : Optional.empty();
        }
    }

    private final byte[] bytes;
    private final int textAt;
    private final int textLength;

    private GuestNote(byte[] bytes, int textAt, int textLength) {
        this.bytes = bytes;
        this.textAt = textAt;
        this.textLength = textLength;
    }

    /** Reads the note that the guest told the place of; empty if there is none. */
    static Optional<GuestNote> told(GuestDump dump) throws IOException {
        Optional<Address> address = dump.noteAddress();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        try {
            dump.layout().at(address.get().guestPhysical());
        } catch (UnsupportedStreamException e) {
            // The guest told an address where it has no memory.
            return Optional.empty();
        }
        byte[] bytes = MemoryPeek.read(dump, address.get().guestPhysical(), address.get().size());
        return parse(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The first sound note of a kernel among those that lie in the guest's memory. */
    static Optional<GuestNote> seen(NoteScan scan, GuestLayout layout) {
        for (NoteScan.Found found : scan.notes()) {
            Optional<GuestNote> note = parse(found.page());
            if (note.isPresent()
                    && note.get().value("OSRELEASE").isPresent()
                    && note.get().bytes.length <= ROOM
                    && mapped(layout, found)) {
                return note;
            }
        }
        return Optional.empty();
    }

    private static boolean mapped(GuestLayout layout, NoteScan.Found found) {
        for (GuestRange range : layout.ranges()) {
            if (range.block().index() == found.block().index()
                    && found.offset() >= range.blockOffset()
                    && found.offset() - range.blockOffset() < range.length()) {
                return true;
            }
        }
        return false;
    }

    private static Optional<GuestNote> parse(ByteBuffer from) {
        long name = Integer.toUnsignedLong(from.getInt(0));
        long text = Integer.toUnsignedLong(from.getInt(4));
        long textAt = HEAD + ((name + 3) & ~3L);
        long size = textAt + ((text + 3) & ~3L);
        if (size > from.capacity()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[(int) size];
        from.get(0, bytes);
        return Optional.of(new GuestNote(bytes, (int) textAt, (int) text));
    }

    /** The whole note, as it goes into a core file. */
    byte[] bytes() {
        return bytes;
    }

    /** Where in the note its text begins. */
    int textAt() {
        return textAt;
    }

    /** Bytes of text. */
    int textLength() {
        return textLength;
    }

    /** The text. */
    public String text() {
        return new String(bytes, textAt, textLength, StandardCharsets.US_ASCII);
    }

    /** The value of a key, such as {@code OSRELEASE}. */
    public Optional<String> value(String key) {
        for (String line : text().lines().toList()) {
            if (line.startsWith(key) && line.startsWith("=", key.length())) {
                return Optional.of(line.substring(key.length() + 1));
            }
        }
        return Optional.empty();
    }

    /** {@code NUMBER(phys_base)}, or 0. Linux prints it in decimal. */
    long physBase() {
        try {
            return Long.parseLong(value("NUMBER(phys_base)").orElse("0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
