package dev.ferry.stream.dump;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.DeviceState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Collects what a stream tells about its guest's memory map and vCPUs, while it is read: items go
 * to {@link #item}, pages to {@link #pages}. Device states that are of no use here are not decoded.
 */
public final class GuestEvidence {

    private final BoardEvidence board = new BoardEvidence();
    private final TreeMap<Long, CpuReader> cpus = new TreeMap<>();
    private final NoteScan pages = new NoteScan();
    private final BitSet received = new BitSet();
    private Optional<GuestNote.Address> note = Optional.empty();
    private boolean ignoreShared;
    private boolean encrypted;
    private boolean sawPages;

    /** Nothing known yet. */
    public GuestEvidence() {}

    /** Whether a device section of this name is of use. */
    public static boolean wants(String section) {
        return BoardEvidence.wants(section)
                || CpuReader.wants(section)
                || section.equals(GuestNote.DEVICE);
    }

    /** Takes note of an item. */
    public void item(StreamItem item) throws IOException {
        if (item instanceof StreamItem.Configuration configuration) {
            ignoreShared = configuration.capabilities().contains("x-ignore-shared");
        } else if (item instanceof StreamItem.Section section
                && section.body() instanceof SectionBody.Device device
                && wants(section.name())) {
            device(device.state());
        }
    }

    /** Takes note of a device's state. */
    public void device(DeviceState state) {
        board.device(state);
        if (CpuReader.wants(state.name())) {
            cpus.computeIfAbsent(state.instance(), CpuReader::new).device(state);
        } else if (state.name().equals(GuestNote.DEVICE)) {
            note = GuestNote.Address.of(state.root());
        }
    }

    /**
     * Takes pages of the blocks that ACPI tables are in, and those that VMCOREINFO notes begin on.
     * It can be given all pages of a stream while that is read, or those of a {@link
     * dev.ferry.stream.ram.PageSource}.
     */
    public PageSink pages() {
        return new PageSink() {
            @Override
            public void blocks(List<RamBlock> blocks, int pageSize) {
                sawPages = true;
                pages.blocks(blocks, pageSize);
            }

            @Override
            public void pages(PageRun run) {
                received.set(run.block().index());
                encrypted |= run.kind() == PageKind.ENCRYPTED;
                pages.pages(run);
            }
        };
    }

    /** The vCPUs' registers, by index; empty where there is no x86 {@code cpu} section. */
    public List<CpuRegisters> cpus() {
        List<CpuRegisters> all = new ArrayList<>();
        for (CpuReader reader : cpus.values()) {
            reader.registers().ifPresent(all::add);
        }
        return List.copyOf(all);
    }

    /** Where the guest put its VMCOREINFO note, if it told QEMU's device {@code vmcoreinfo}. */
    public Optional<GuestNote.Address> noteAddress() {
        return note;
    }

    /** Notes that lie at the beginning of a page. */
    NoteScan scan() {
        return pages;
    }

    /** Whether {@link #pages} was used. */
    boolean sawPages() {
        return sawPages;
    }

    /** Whether pages came that cannot be read without the guest's key. */
    public boolean encrypted() {
        return encrypted;
    }

    /**
     * Whether a block's content is not in the stream, as its owner left it in shared memory
     * (x-ignore-shared). Known when all pages have gone to {@link #pages}.
     */
    public boolean absent(RamBlock block) {
        return ignoreShared && block.mapped() == null && !received.get(block.index());
    }

    BoardEvidence board() {
        return board;
    }

    Optional<SratTable> srat() {
        return pages.acpiTables().flatMap(SratTable::find);
    }
}
