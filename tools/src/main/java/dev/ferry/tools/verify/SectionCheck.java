package dev.ferry.tools.verify;

import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.SectionType;
import dev.ferry.stream.item.StreamItem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sections and their ids. QEMU's loader takes much that no source writes; that is worth a warning.
 */
final class SectionCheck implements Check {

    private record Device(String name, long instance) {}

    private final Verification verification;
    private final Map<Long, Device> ids = new HashMap<>();
    private final Set<Device> full = new HashSet<>();
    private final Map<Long, String> open = new HashMap<>();
    private final Set<Long> closed = new HashSet<>();
    private boolean anyEnd;
    private boolean ram;
    private boolean diskBlocks;

    SectionCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) {
        if (!(item instanceof StreamItem.Section section)) {
            return;
        }
        ram |= section.body() instanceof SectionBody.Ram;
        if (section.type().named()) {
            named(section);
        } else if (closed.contains(section.id())) {
            warning(section, "a further part behind the END of the same section");
        }
        if (section.type() == SectionType.END) {
            anyEnd = true;
            open.remove(section.id());
            closed.add(section.id());
        }
        if (section.name().equals("block") && !diskBlocks) {
            diskBlocks = true;
            warning(section, "disk contents: QEMU 9.1 and later cannot load them");
        }
    }

    private void named(StreamItem.Section section) {
        Device device = new Device(section.name(), section.instance());
        Device before = ids.put(section.id(), device);
        if (before != null && !before.equals(device)) {
            warning(
                    section,
                    "id "
                            + section.id()
                            + " belonged to '"
                            + before.name()
                            + "' instance "
                            + before.instance()
                            + ": QEMU takes the last meaning");
        }
        if (section.type() == SectionType.START) {
            if (open.put(section.id(), Verification.name(section)) != null) {
                warning(section, "started a second time");
            }
        } else if (!full.add(device)) {
            warning(
                    section,
                    "instance " + section.instance() + " comes a second time: the last one counts");
        }
    }

    private void warning(StreamItem.Section section, String message) {
        verification
                .findings()
                .warning(verification.place(section, Verification.name(section)), message);
    }

    @Override
    public void end() {
        if (!ram) {
            verification.findings().warning(verification.whole(""), "no RAM section");
        }
        // A background snapshot ends nothing; otherwise everything that was started is ended.
        if (anyEnd) {
            for (String section : open.values()) {
                verification
                        .findings()
                        .warning(verification.whole(section), "started, but never ended");
            }
        }
    }
}
