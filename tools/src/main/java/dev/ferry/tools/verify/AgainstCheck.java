package dev.ferry.tools.verify;

import dev.ferry.stream.Finding;
import dev.ferry.stream.StreamException;
import dev.ferry.stream.item.SectionBody;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.vmstate.DeviceState;
import dev.ferry.stream.vmstate.LayoutComparison;
import dev.ferry.stream.vmstate.LayoutMismatch;
import dev.ferry.stream.vmstate.VmStateTable;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether a certain QEMU would load the stream: its machine, the devices it knows, their versions,
 * fields and subsections.
 */
final class AgainstCheck implements Check {

    private final Verification verification;
    private final Destination destination;
    private final Set<String> untold = new TreeSet<>();
    private long compared;

    AgainstCheck(Verification verification, Destination destination) {
        this.verification = verification;
        this.destination = destination;
    }

    Destination destination() {
        return destination;
    }

    /** How many sections were compared. */
    long compared() {
        return compared;
    }

    /** Names of sections that no dump tells about. */
    Set<String> untold() {
        return untold;
    }

    @Override
    public void item(StreamItem item) throws IOException {
        if (item instanceof StreamItem.Configuration configuration) {
            machine(configuration);
        } else if (item instanceof StreamItem.Section section
                && section.body() instanceof SectionBody.Device device) {
            try {
                section(section, device.state());
            } catch (StreamException e) {
                // Reported by the check that decodes every device.
                return;
            }
        }
    }

    /** A loader compares as many characters as the stream's name has. */
    private void machine(StreamItem.Configuration configuration) {
        String there = destination.dump().machine();
        if (!there.startsWith(configuration.machine())) {
            verification
                    .findings()
                    .error(
                            verification.place(configuration, "configuration"),
                            "machine: '"
                                    + configuration.machine()
                                    + "' here, '"
                                    + there
                                    + "' in the destination");
        }
    }

    private void section(StreamItem.Section section, DeviceState state) {
        String vmsd = state.root().name();
        List<VmStateTable> tables = destination.dump().tables(vmsd);
        if (!tables.isEmpty()) {
            compared++;
            for (LayoutMismatch mismatch : LayoutComparison.compare(state, tables)) {
                report(section, mismatch);
            }
        } else if (SelfRegistered.contains(vmsd)) {
            untold.add(vmsd);
        } else {
            verification
                    .findings()
                    .error(
                            verification.place(section, Verification.name(section)),
                            "version "
                                    + section.version()
                                    + ": the destination has no device with state '"
                                    + vmsd
                                    + "'");
        }
    }

    private void report(StreamItem.Section section, LayoutMismatch mismatch) {
        String where = Verification.name(section);
        if (!mismatch.path().isEmpty()) {
            where += " / " + mismatch.path();
        }
        verification
                .findings()
                .add(
                        new Finding(
                                mismatch.severity(),
                                verification.place(section.channel(), mismatch.offset(), where),
                                mismatch.message()));
    }
}
