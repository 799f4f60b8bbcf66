package dev.ferry.tools.verify;

import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.ram.RamState;
import java.util.List;

/**
 * What stands around the sections: configuration, footers, the end, the description. QEMU
 * migration/savevm.c, qemu_loadvm_state.
 */
final class FramingCheck implements Check {

    /** Capabilities that a source tells and a destination compares (9.0 and later). */
    private static final List<String> CAPABILITIES = List.of("x-ignore-shared", "mapped-ram");

    private final Verification verification;
    private boolean configured;
    private boolean sectionSeen;
    private boolean ended;
    private boolean described;

    FramingCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void item(StreamItem item) {
        switch (item) {
            case StreamItem.Header header -> {}
            case StreamItem.Configuration configuration -> configuration(configuration);
            case StreamItem.Section section -> first(section);
            case StreamItem.Command command -> {}
            case StreamItem.Eof eof -> ended = true;
            case StreamItem.Description description -> description(description);
            case StreamItem.Trailing trailing -> trailing(trailing);
            case StreamItem.Unreadable unreadable -> {}
        }
    }

    private void configuration(StreamItem.Configuration configuration) {
        configured = true;
        if (configuration.machine().isEmpty()) {
            verification
                    .findings()
                    .warning(
                            verification.place(configuration, "configuration"),
                            "the machine has no name: every destination takes it for its own");
        }
        for (String capability : configuration.capabilities()) {
            if (!CAPABILITIES.contains(capability)) {
                verification
                        .findings()
                        .error(
                                verification.place(configuration, "configuration"),
                                "capability '"
                                        + capability
                                        + "' is not one that is told here: QEMU refuses an unknown"
                                        + " one");
            }
        }
    }

    private void first(StreamItem.Section section) {
        if (sectionSeen) {
            return;
        }
        sectionSeen = true;
        if (!configured) {
            verification
                    .findings()
                    .warning(
                            verification.place(section, ""),
                            "no configuration section: only machine types up to 2.2, or"
                                    + " migration.send-configuration=off, accept that");
        }
        if (!section.footer()) {
            verification
                    .findings()
                    .warning(
                            verification.place(section, Verification.name(section)),
                            "sections have no footers: only machine types up to 2.3, or"
                                    + " migration.send-section-footer=off, accept that");
        }
    }

    private void description(StreamItem.Description description) {
        described = true;
        if (description.length() == 0) {
            verification
                    .findings()
                    .warning(
                            verification.place(description, "description"),
                            "empty: sections can be read only by knowing the devices");
            return;
        }
        RamState ram = verification.reader().ram();
        int told = description.index().pageSize();
        if (told != 0 && ram.pageSize() != 0 && told != ram.pageSize()) {
            verification
                    .findings()
                    .error(
                            verification.place(description, "description"),
                            "page size: expected "
                                    + ram.pageSize()
                                    + " as in the RAM sections, found "
                                    + told);
        }
    }

    private void trailing(StreamItem.Trailing trailing) {
        // libvirt writes whole blocks and pads the last one.
        if (verification.input().opened().container() instanceof LibvirtSaveImage) {
            return;
        }
        verification
                .findings()
                .warning(
                        verification.place(trailing, ""),
                        (trailing.length() < 0 ? "bytes" : trailing.length() + " bytes")
                                + " behind the end: QEMU ignores them");
    }

    @Override
    public void end() {
        if (ended && !described && !verification.reader().postcopy()) {
            verification
                    .findings()
                    .warning(
                            verification.whole(""),
                            "no description behind the end mark: QEMU complains but loads it, and"
                                    + " waits for it on a connection that stays open");
        }
    }
}
