package dev.ferry.stream;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamFeatures;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.RamSync;
import dev.ferry.stream.vmstate.Footers;
import dev.ferry.stream.vmstate.StreamClues;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the channels of one migration know together. */
final class MigrationState {

    /** Section ids in one stream; a real one has a few hundred. */
    static final int MAX_SECTIONS = 1 << 16;

    private final Limits limits;
    private final StreamListener listener;
    private final RamState ram;
    private final RamSync sync;
    private final DeviceSections devices;
    private final Map<Long, SectionBinding> sections = new HashMap<>();
    private Footers footers = Footers.UNKNOWN;
    private RamFeatures ramFeatures = RamFeatures.NONE;
    private StreamItem.@Nullable Configuration configuration;
    private String lastSection = "";
    private int ramSectionId = StreamClues.UNKNOWN;
    private boolean postcopy;
    private boolean described;

    MigrationState(ReaderOptions options, RamState ram, RamSync sync, Findings findings) {
        this.limits = options.limits();
        this.listener = options.listener();
        this.ram = ram;
        this.sync = sync;
        this.devices = new DeviceSections(options, findings);
    }

    Limits limits() {
        return limits;
    }

    StreamListener listener() {
        return listener;
    }

    RamState ram() {
        return ram;
    }

    RamSync sync() {
        return sync;
    }

    DeviceSections devices() {
        return devices;
    }

    /** Remembers what an id means; false if there are too many. */
    boolean bind(SectionBinding section) {
        if (section.isRam()) {
            ramSectionId = (int) Math.min(section.id(), Integer.MAX_VALUE);
        }
        if (sections.size() >= MAX_SECTIONS && !sections.containsKey(section.id())) {
            return false;
        }
        sections.put(section.id(), section);
        return true;
    }

    @Nullable SectionBinding section(long id) {
        return sections.get(id);
    }

    Footers footers() {
        return footers;
    }

    void footers(Footers has) {
        footers = has;
    }

    StreamItem.@Nullable Configuration configuration() {
        return configuration;
    }

    void configure(StreamItem.Configuration read) {
        configuration = read;
        ramFeatures =
                new RamFeatures(
                        read.capabilities().contains("x-ignore-shared"),
                        read.capabilities().contains("mapped-ram"),
                        ramFeatures.hostPageSizes());
        if (ram.pageSize() == 0 && read.targetPageBits().isPresent()) {
            ram.pageSize(1 << read.targetPageBits().getAsInt());
        }
    }

    /** What helps to choose layouts when the stream has no description. */
    StreamClues clues() {
        return new StreamClues(configuration == null ? "" : configuration.machine(), ramSectionId);
    }

    RamFeatures ramFeatures() {
        return ramFeatures;
    }

    void adviseHostPages(long summary) {
        ramFeatures = ramFeatures.withHostPageSizes(summary);
    }

    /** Whether postcopy's LISTEN was passed. */
    boolean postcopy() {
        return postcopy;
    }

    void postcopyBegins() {
        postcopy = true;
        ram.postcopyBegins();
    }

    boolean described() {
        return described;
    }

    void described(boolean is) {
        described = is;
    }

    /** The item read last, for messages; empty at the beginning. */
    String lastSection() {
        return lastSection;
    }

    void passed(String item) {
        lastSection = item;
    }
}
