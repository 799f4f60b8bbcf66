package dev.ferry.tools.inspect;

import dev.ferry.sev.stream.SevSummary;
import dev.ferry.stream.Finding;
import dev.ferry.stream.container.LibvirtSaveImage;
import dev.ferry.stream.container.OpenedInput;
import dev.ferry.stream.container.PlainStream;
import dev.ferry.stream.container.Qcow2Snapshot;
import dev.ferry.stream.container.Qcow2SnapshotEntry;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.tools.cli.Quantity;
import dev.ferry.tools.cli.SafeText;
import dev.ferry.tools.cli.Style;
import dev.ferry.tools.cli.TextTable;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one screen that tells a person what an input is. */
final class Summary {

    private static final String INDENT = "  ";
    private static final int MANY = 8;

    private final Inspection inspection;
    private final PrintStream out;
    private final Style style;

    Summary(Inspection inspection, PrintStream out, Style style) {
        this.inspection = inspection;
        this.out = out;
        this.style = style;
    }

    void print(@Nullable BlockDigests digests) {
        out.println(style.bold(SafeText.of(inspection.input().files().main())));
        facts();
        new RamSummary(inspection, out, style).print(digests);
        sev();
        devices();
        bytes();
        findings();
    }

    private void fact(String name, String value) {
        if (!value.isEmpty()) {
            out.println(INDENT + style.dim(name) + " ".repeat(12 - name.length()) + value);
        }
    }

    private void sev() {
        SevSummary sev = inspection.input().sev();
        if (sev == null) {
            return;
        }
        out.println();
        out.println(style.bold("SEV guest"));
        for (List<String> line : SevLines.lines(sev, inspection.input().files().sevKey() != null)) {
            fact(line.getFirst(), line.getLast());
        }
    }

    private void facts() {
        fact("container", container());
        OpenedInput opened = inspection.input().opened();
        if (opened.container() instanceof LibvirtSaveImage image) {
            DomainXml domain = DomainXml.of(image.xml());
            String name = domain.name();
            String uuid = domain.uuid();
            fact("domain", SafeText.of(joined(" ", name, uuid)));
        } else if (opened.container() instanceof Qcow2Snapshot snapshot) {
            snapshots(snapshot);
        }
        fact("machine", SafeText.of(machine()));
        VersionEvidence evidence = Producer.of(inspection);
        if (!evidence.range().isEmpty()) {
            fact("producer", "QEMU " + evidence.range() + "  (" + evidence.why() + ")");
        }
        UefiVariables uefi = inspection.uefi();
        if (uefi != null) {
            fact("uefi", SafeText.of(uefi.toString()));
        }
        fact("features", SafeText.of(String.join(", ", Producer.features(inspection))));
    }

    private static String joined(String between, @Nullable String... parts) {
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            if (part != null && !part.isEmpty()) {
                text.append(text.isEmpty() ? "" : between).append(part);
            }
        }
        return text.toString();
    }

    private String container() {
        OpenedInput opened = inspection.input().opened();
        StringBuilder text = new StringBuilder();
        if (opened.container() instanceof PlainStream plain) {
            text.append(plainKind());
            if (plain.offset() != 0) {
                text.append(" at offset ").append(Quantity.hex(plain.offset()));
            }
        } else if (opened.container() instanceof LibvirtSaveImage image) {
            text.append(image).append(image.wasRunning() ? ", was running" : ", was paused");
        } else if (opened.container() instanceof Qcow2Snapshot snapshot) {
            text.append("qcow2 image, snapshot '")
                    .append(SafeText.of(snapshot.chosen().name()))
                    .append('\'');
        }
        if (inspection.input().bytes() >= 0) {
            text.append(", ").append(Quantity.bytes(inspection.input().bytes()));
        }
        String compression = opened.compression().label();
        if (!compression.equals("none")) {
            text.append(" packed with ").append(compression);
        }
        return text.toString();
    }

    private String plainKind() {
        return switch (inspection.container()) {
            case "mapped-ram" -> "mapped-ram file";
            case "multifd" -> "multifd migration";
            case "postcopy" -> "postcopy migration";
            default -> "migration stream";
        };
    }

    private void snapshots(Qcow2Snapshot image) {
        if (image.snapshots().size() < 2) {
            fact("taken", image.chosen().date().toString());
            return;
        }
        TextTable table = new TextTable("llrl");
        for (Qcow2SnapshotEntry entry : image.snapshots()) {
            table.row(
                    entry.id(),
                    SafeText.of(entry.name()),
                    entry.hasVmState() ? Quantity.bytes(entry.vmStateSize()) : "disk only",
                    entry.date().toString());
        }
        fact("snapshots", Integer.toString(image.snapshots().size()));
        for (String line : table.lines(INDENT + " ".repeat(12))) {
            out.println(line);
        }
    }

    private String machine() {
        StringBuilder text = new StringBuilder();
        if (inspection.configuration().isPresent()) {
            StreamItem.Configuration configuration = inspection.configuration().get();
            text.append(configuration.machine().isEmpty() ? "(unnamed)" : configuration.machine());
            if (configuration.uuid().isPresent()) {
                text.append(", uuid ").append(configuration.uuid().get());
            }
        } else {
            text.append("not told (no configuration section)");
        }
        GlobalState state = inspection.globalState();
        if (state != null) {
            text.append(", ").append(state.runstate());
        }
        return text.toString();
    }

    private void devices() {
        SectionTable sections = inspection.sections();
        List<Integer> devices = new ArrayList<>();
        long bytes = 0;
        for (int i = 0; i < sections.size(); i++) {
            if (sections.binding(i).kind() == SectionTable.Kind.DEVICE) {
                devices.add(i);
                bytes += sections.length(i);
            }
        }
        out.println();
        out.println(
                style.bold("Devices")
                        + "  "
                        + Quantity.count(devices.size(), "section")
                        + ", "
                        + Quantity.bytes(bytes));
        cpus();
        for (StreamItem.Unreadable item : inspection.unreadable()) {
            fact("unreadable", SafeText.of(item.what()) + ": " + item.reason());
        }
        devices.sort((a, b) -> Long.compare(sections.length(b), sections.length(a)));
        TextTable table = new TextTable("lr");
        for (int i = 0; i < Math.min(MANY, devices.size()); i++) {
            SectionTable.Binding device = sections.binding(devices.get(i));
            table.row(
                    SafeText.of(device.name())
                            + (device.instance() == 0 ? "" : "/" + device.instance()),
                    Quantity.bytes(sections.length(devices.get(i))));
        }
        for (String line : table.lines(INDENT)) {
            out.println(line);
        }
        if (devices.size() > MANY) {
            out.println(INDENT + style.dim("and " + (devices.size() - MANY) + " smaller ones"));
        }
    }

    private void cpus() {
        int shown = 0;
        for (Map.Entry<Long, GuestCpu> entry : inspection.cpus().entrySet()) {
            if (shown++ == MANY) {
                out.println(
                        INDENT + style.dim("and " + (inspection.cpus().size() - MANY) + " vCPUs"));
                return;
            }
            GuestCpu cpu = entry.getValue();
            fact(
                    "vCPU " + cpu.index(),
                    Quantity.hex(cpu.pc())
                            + (cpu.mode().isEmpty() ? "" : ", " + cpu.mode())
                            + (inspection.halted().contains(cpu.index()) ? ", halted" : ""));
        }
    }

    private void bytes() {
        SectionTable sections = inspection.sections();
        long ram = 0;
        long devices = 0;
        long live = 0;
        for (int i = 0; i < sections.size(); i++) {
            switch (sections.binding(i).kind()) {
                case RAM -> ram += sections.length(i);
                case DEVICE -> devices += sections.length(i);
                case LIVE -> live += sections.length(i);
            }
        }
        long multifd = inspection.multiFdBytes();
        StreamItem.Description description = inspection.description();
        long described = description == null ? 0 : description.length() + 5;
        long commands = inspection.commandBytes();
        long total = ram + devices + live + multifd + described + commands;
        if (total == 0) {
            return;
        }
        out.println();
        out.println(style.bold("Bytes") + "  " + Quantity.bytes(total));
        TextTable table = new TextTable("lrr");
        share(table, "RAM sections", ram, total);
        share(table, "multifd channels", multifd, total);
        share(table, "other live sections", live, total);
        share(table, "devices", devices, total);
        share(table, "description", described, total);
        share(table, "commands", commands, total);
        for (String line : table.lines(INDENT)) {
            out.println(line);
        }
    }

    private static void share(TextTable table, String name, long bytes, long total) {
        if (bytes > 0) {
            table.row(name, Quantity.bytes(bytes), Quantity.percent(bytes, total));
        }
    }

    private void findings() {
        List<Finding> findings = inspection.findings().list();
        out.println();
        if (findings.isEmpty()) {
            out.println(
                    style.bold("Findings")
                            + (inspection.ended() ? "  none" : "  none, but no end was reached"));
            return;
        }
        out.println(style.bold("Findings"));
        for (Finding finding : findings) {
            out.println(INDENT + FindingText.of(finding, style));
        }
    }
}
