package dev.ferry.stream.dump;

import dev.ferry.stream.UnsupportedStreamException;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.VmStateValue.StructValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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

    private static final int MAX_SIZE = 1 << 20;
    private static final int FORMAT_ELF = 1;
    private static final int HEAD = 12;

    /** What the guest told the device. */
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

    /**
     * Gets the note that the guest told its place of, else one that was seen to begin on a page of
     * RAM. For the former, pages may have to be read once more.
     */
    public static Optional<GuestNote> find(
            GuestEvidence evidence, GuestLayout layout, PageSource pages) throws IOException {
        Optional<Address> told = evidence.noteAddress();
        return told.isPresent()
                ? parse(read(told.get(), layout, pages))
                : seen(evidence.scan(), layout, pages);
    }

    private static Optional<GuestNote> seen(NoteScan scan, GuestLayout layout, PageSource pages)
            throws IOException {
        for (NoteScan.Found found : scan.notes()) {
            OptionalLong address = address(layout, found.block(), found.offset());
            long size = size(found.page());
            if (address.isPresent() && size <= MAX_SIZE) {
                ByteBuffer whole =
                        size <= found.page().capacity()
                                ? found.page()
                                : read(new Address(address.getAsLong(), (int) size), layout, pages);
                Optional<GuestNote> note = parse(whole);
                if (note.isPresent() && note.get().value("OSRELEASE").isPresent()) {
                    return note;
                }
            }
        }
        return Optional.empty();
    }

    private static OptionalLong address(GuestLayout layout, RamBlock block, long offset) {
        for (GuestRange range : layout.ranges()) {
            if (range.block().index() == block.index()
                    && offset >= range.blockOffset()
                    && offset - range.blockOffset() < range.length()) {
                return OptionalLong.of(range.start() + offset - range.blockOffset());
            }
        }
        return OptionalLong.empty();
    }

    /** Bytes of the note that begins a buffer, as its head says. */
    private static long size(ByteBuffer note) {
        long name = Integer.toUnsignedLong(note.getInt(0));
        long text = Integer.toUnsignedLong(note.getInt(4));
        return HEAD + ((name + 3) & ~3L) + ((text + 3) & ~3L);
    }

    private static Optional<GuestNote> parse(ByteBuffer from) {
        if (from.capacity() < HEAD) {
            return Optional.empty();
        }
        long size = size(from);
        int name = from.getInt(0);
        if (name < 0 || size > from.capacity()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[(int) size];
        from.get(0, bytes);
        return Optional.of(new GuestNote(bytes, HEAD + ((name + 3) & ~3), from.getInt(4)));
    }

    private static ByteBuffer read(Address address, GuestLayout layout, PageSource pages)
            throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(address.size).order(ByteOrder.LITTLE_ENDIAN);
        try {
            layout.at(address.guestPhysical);
        } catch (UnsupportedStreamException e) {
            // Not memory: no note.
            return ByteBuffer.allocate(0);
        }
        RangePlacement placement = RangePlacement.byAddress(layout.ranges());
        pages.transfer(
                new PageSink() {
                    @Override
                    public void blocks(List<RamBlock> blocks, int pageSize) {}

                    @Override
                    public void pages(PageRun run) throws IOException {
                        placement.place(
                                run.block(),
                                run.offset(),
                                (long) run.count() * run.pageSize(),
                                (offset, length, at) -> copy(run, offset, length, at));
                    }

                    private void copy(PageRun run, long offset, long length, long at) {
                        long from = Math.max(at, address.guestPhysical);
                        long to = Math.min(at + length, address.guestPhysical + address.size);
                        for (long byteAt = from; byteAt < to; byteAt++) {
                            long inRun = offset - run.offset() + byteAt - at;
                            bytes.put((int) (byteAt - address.guestPhysical), get(run, inRun));
                        }
                    }
                });
        return bytes;
    }

    private static byte get(PageRun run, long inRun) {
        return run.encoding() == PageRun.Encoding.RAW
                ? run.data()
                        .get(
                                (int)
                                        (run.dataIndex()
                                                + inRun / run.pageSize() * run.stride()
                                                + inRun % run.pageSize()))
                : (byte) run.fill();
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

    /** {@code NUMBER(phys_base)}, or 0. */
    long physBase() {
        try {
            return Long.decode(value("NUMBER(phys_base)").orElse("0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
