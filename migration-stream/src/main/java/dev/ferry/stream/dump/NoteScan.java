package dev.ferry.stream.dump;

import dev.ferry.stream.ram.PageRun;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Looks at pages as they pass: keeps those of the ACPI tables, and those that begin with a
 * VMCOREINFO note. Linux has its note at the beginning of a page of its own; kernel/crash_core.c.
 */
final class NoteScan {

    private static final String ACPI_TABLES = "/rom@etc/acpi/tables";

    /** Far more than QEMU's tables take. */
    private static final long MAX_TABLES = 4 << 20;

    /** Old kernels may have left notes, but not many. */
    private static final int MAX_NOTES = 16;

    private static final byte[] NAME = "VMCOREINFO\0".getBytes(StandardCharsets.US_ASCII);
    private static final int NAME_AT = 12;

    private final List<Found> notes = new ArrayList<>();
    private int pageSize;
    private int tablesBlock = -1;
    private byte @Nullable [] tables;

    /** The page a note begins on. */
    record Found(RamBlock block, long offset, ByteBuffer page) {}

    void blocks(List<RamBlock> blocks, int size) {
        pageSize = size;
        for (RamBlock block : blocks) {
            if (block.id().equals(ACPI_TABLES) && block.usedLength() <= MAX_TABLES) {
                if (tables == null) {
                    tables = new byte[(int) block.usedLength()];
                }
                tablesBlock = block.index();
            }
        }
    }

    void pages(PageRun run) {
        byte[] to = tables;
        if (run.encoding() == PageRun.Encoding.RAW) {
            boolean keep = to != null && run.block().index() == tablesBlock;
            ByteBuffer data = run.data();
            int at = run.dataIndex();
            for (int i = 0; i < run.count(); i++) {
                long offset = run.offset() + (long) i * pageSize;
                if (keep && to != null && offset + pageSize <= to.length) {
                    data.get(at, to, (int) offset, pageSize);
                }
                if (begins(data, at)) {
                    note(run.block(), offset, data, at);
                }
                at += run.stride();
            }
        }
    }

    private static boolean begins(ByteBuffer data, int at) {
        if (data.get(at + NAME_AT) != 'V') {
            return false;
        }
        for (int i = 1; i < NAME.length; i++) {
            if (data.get(at + NAME_AT + i) != NAME[i]) {
                return false;
            }
        }
        return data.get(at) == NAME.length && data.get(at + 1) == 0;
    }

    private void note(RamBlock block, long offset, ByteBuffer data, int at) {
        notes.removeIf(f -> f.block.index() == block.index() && f.offset == offset);
        if (notes.size() < MAX_NOTES) {
            byte[] page = new byte[pageSize];
            data.get(at, page);
            notes.add(
                    new Found(block, offset, ByteBuffer.wrap(page).order(ByteOrder.LITTLE_ENDIAN)));
        }
    }

    /** Content of the block that QEMU hands the firmware's ACPI tables over in. */
    Optional<byte[]> acpiTables() {
        return Optional.ofNullable(tables);
    }

    List<Found> notes() {
        return List.copyOf(notes);
    }
}
