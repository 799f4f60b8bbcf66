package dev.ferry.stream.convert;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.PageSource;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.vmstate.DescriptionIndex;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a migration brought to its destination, whatever it travelled in: ready to be written in
 * another form. Reads its input twice, once to know everything, once for the memory; constant
 * memory unless pages came as deltas.
 */
public final class SavedVm implements Closeable {

    private final Parts parts;
    private final SavedPages pages;

    /** What the first reading found. */
    record Parts(
            String name,
            StreamItem.@Nullable Configuration configuration,
            boolean footers,
            boolean switchover,
            RamSection ram,
            List<SavedSection> early,
            List<SavedSection> live,
            List<SavedSection> devices,
            @Nullable DescriptionIndex description,
            List<RamBlock> shared,
            long unsent,
            SavedBody.Store store) {}

    /**
     * How the {@code ram} section is called in this stream.
     *
     * @param id section id, u32
     * @param position how many other live sections were started before it
     */
    public record RamSection(long id, int position) {}

    SavedVm(Parts parts, SavedPages pages) {
        this.parts = parts;
        this.pages = pages;
    }

    /**
     * Reads a migration to its end.
     *
     * @throws dev.ferry.stream.StreamException if it is damaged, or if it is not all there:
     *     channels missing, postcopy not completed, sections that no layout describes, pages that
     *     need a key
     */
    public static SavedVm read(MigrationOpener opener) throws IOException {
        return new SavedVmReader(opener).read();
    }

    /** The input's name, for messages. */
    public String name() {
        return parts.name;
    }

    /** The configuration section; very old machine types have none. */
    public Optional<StreamItem.Configuration> configuration() {
        return Optional.ofNullable(parts.configuration);
    }

    /** The machine type's name, empty where the stream does not tell. */
    public String machine() {
        return parts.configuration == null ? "" : parts.configuration.machine();
    }

    /** Whether sections end in footers. */
    public boolean footers() {
        return parts.footers;
    }

    /** Whether the source announced the switchover, as QEMU 10.0 does. */
    public boolean switchover() {
        return parts.switchover;
    }

    /** How the {@code ram} section is called. */
    public RamSection ram() {
        return parts.ram;
    }

    /** Devices whose sections came before memory: they must be there when it is loaded. */
    public List<SavedSection> early() {
        return parts.early;
    }

    /** Sections of live handlers other than RAM, in stream order. */
    public List<SavedSection> live() {
        return parts.live;
    }

    /** The other devices, in stream order. */
    public List<SavedSection> devices() {
        return parts.devices;
    }

    /** The device's section, or null. */
    public @Nullable SavedSection device(String name, long instance) {
        for (SavedSection device : parts.devices) {
            if (device.name().equals(name) && device.instance() == instance) {
                return device;
            }
        }
        return null;
    }

    /** The stream's own description; empty where it has none. */
    public Optional<DescriptionIndex> description() {
        return Optional.ofNullable(parts.description);
    }

    /** The blocks, in the order of the block list. */
    public List<RamBlock> blocks() {
        return pages.blocks();
    }

    /** Target page size in bytes. */
    public int pageSize() {
        return pages.pageSize();
    }

    /** Blocks whose content stayed in a shared file (x-ignore-shared). */
    public List<RamBlock> shared() {
        return parts.shared;
    }

    /** Pages that never came, which a destination has as zeros. */
    public long unsent() {
        return parts.unsent;
    }

    /** The memory: every page's last version. */
    public PageSource pages() {
        return pages;
    }

    @Override
    public void close() throws IOException {
        try {
            pages.close();
        } finally {
            parts.store.close();
        }
    }
}
