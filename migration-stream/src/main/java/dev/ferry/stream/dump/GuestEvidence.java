package dev.ferry.stream.dump;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.PageSink;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.DeviceState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects what a stream tells about its guest's memory map and vCPUs. Device states that are of no
 * use here need not be decoded.
 */
public final class GuestEvidence {

    private static final String ACPI_TABLES = "/rom@etc/acpi/tables";

    /** Far more than QEMU's tables take. */
    private static final long MAX_TABLES = 4 << 20;

    private final BoardEvidence board = new BoardEvidence();
    private final TreeMap<Long, CpuReader> cpus = new TreeMap<>();
    private Optional<GuestNote.Address> note = Optional.empty();
    private byte @Nullable [] tables;

    /** Nothing known yet. */
    public GuestEvidence() {}

    /** Whether a device section of this name is of use. */
    public static boolean wants(String section) {
        return BoardEvidence.wants(section)
                || CpuReader.wants(section)
                || section.equals(GuestNote.DEVICE);
    }

    /** Whether a device section of this name tells where memory is. */
    public static boolean concernsMemory(String section) {
        return BoardEvidence.wants(section);
    }

    /** Takes note of an item, if it is of use. */
    public void item(StreamItem item) throws IOException {
        if (item instanceof StreamItem.Section section
                && section.body() instanceof SectionBody.Device device
                && wants(section.name())) {
            device(device.state());
        }
    }

    /** Takes note of a device's state, if it is of use. */
    public void device(DeviceState state) {
        board.device(state);
        if (CpuReader.wants(state.name())) {
            cpus.computeIfAbsent(state.instance(), CpuReader::new).device(state);
        } else if (state.name().equals(GuestNote.DEVICE)) {
            note = GuestNote.Address.of(state.root());
        }
    }

    /**
     * Takes pages, and keeps those that QEMU hands over the firmware's ACPI tables in: they tell
     * how memory is divided where there are several blocks of it.
     */
    public PageSink tables() {
        return new PageSink() {
            private int index = -1;

            @Override
            public void blocks(List<RamBlock> blocks, int pageSize) {
                for (RamBlock block : blocks) {
                    if (block.id().equals(ACPI_TABLES) && block.usedLength() <= MAX_TABLES) {
                        tables = new byte[(int) block.usedLength()];
                        index = block.index();
                    }
                }
            }

            @Override
            public void pages(PageRun run) {
                byte[] to = tables;
                if (to == null
                        || run.block().index() != index
                        || run.encoding() != PageRun.Encoding.RAW) {
                    return;
                }
                for (int i = 0; i < run.count(); i++) {
                    int offset = (int) run.offset() + i * run.pageSize();
                    run.data()
                            .get(
                                    run.dataIndex() + i * run.stride(),
                                    to,
                                    offset,
                                    Math.min(run.pageSize(), to.length - offset));
                }
            }
        };
    }

    /** Whether the ACPI tables are known, or are of no use for such blocks. */
    boolean complete(List<RamBlock> blocks) {
        return tables != null || !MemoryBackends.among(blocks);
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
    Optional<GuestNote.Address> noteAddress() {
        return note;
    }

    BoardEvidence board() {
        return board;
    }

    Optional<SratTable> srat() {
        return tables == null ? Optional.empty() : SratTable.find(tables);
    }
}
