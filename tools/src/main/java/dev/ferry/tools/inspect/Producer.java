package dev.ferry.tools.inspect;

import dev.ferry.stream.item.CommandId;
import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdStatistics;
import dev.ferry.stream.postcopy.ReturnPathMessage;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamStatistics;
import java.util.ArrayList;
import java.util.List;

/** What a stream shows about who wrote it and how. */
final class Producer {

    private Producer() {}

    /** Which QEMU versions write such a stream. */
    static VersionEvidence of(Inspection inspection) {
        VersionEvidence evidence = new VersionEvidence();
        RamStatistics ram = inspection.reader().ram().statistics();
        if (inspection.count(CommandId.SWITCHOVER_START) > 0) {
            evidence.atLeast(10, 0, "sends SWITCHOVER_START");
        }
        if (inspection.mappedRam()) {
            evidence.atLeast(9, 0, "mapped-ram");
        }
        GlobalState state = inspection.globalState();
        if (state != null && state.nameBytes() == 32) {
            evidence.atLeast(9, 0, "globalstate says whether the guest was suspended");
        }
        if (state != null && state.nameBytes() == 100) {
            evidence.atMost(8, 2, "globalstate does not say whether the guest was suspended");
        }
        if (ram.flushes() > 0) {
            evidence.atLeast(8, 1, "sends MULTIFD_FLUSH");
        }
        for (MultiFdChannel channel : inspection.reader().multifd().channels()) {
            if (channel.statistics().zeroPages() > 0) {
                evidence.atLeast(9, 0, "zero pages in multifd packets");
            }
        }
        if (ram.pages(PageKind.COMPRESSED) > 0) {
            evidence.atMost(9, 0, "compressed pages");
        }
        StreamItem.Description description = inspection.description();
        if (description != null && description.length() > 0) {
            if (description.index().describesConfiguration()) {
                evidence.atLeast(8, 2, "describes the configuration section");
            } else {
                evidence.atMost(8, 1, "does not describe the configuration section");
            }
        }
        for (int i = 0; i < inspection.sections().size(); i++) {
            if (inspection.sections().binding(i).name().equals("block")) {
                evidence.atMost(9, 0, "migrates disks");
            }
        }
        for (ReturnPathMessage message : inspection.reader().returnPath()) {
            if (message instanceof ReturnPathMessage.SwitchoverAck) {
                evidence.atLeast(8, 1, "SWITCHOVER_ACK came back");
            }
        }
        if (inspection.configuration().isPresent()) {
            evidence.machine(inspection.configuration().get().machine());
        }
        return evidence;
    }

    /** Capabilities and ways of migration that show, in the words of QEMU's capabilities. */
    static List<String> features(Inspection inspection) {
        List<String> features = new ArrayList<>();
        RamStatistics ram = inspection.reader().ram().statistics();
        if (inspection.reader().postcopy()) {
            features.add("postcopy-ram");
        } else if (advisesPostcopy(inspection)) {
            features.add("postcopy-ram (not used)");
        }
        for (var channel : inspection.reader().channels()) {
            switch (channel.role()) {
                case PREEMPT -> features.add("postcopy-preempt");
                case RECOVERED -> features.add("postcopy recovery");
                case MAIN, MULTIFD, RETURN_PATH -> {}
            }
        }
        if (inspection.count(CommandId.OPEN_RETURN_PATH) > 0) {
            features.add("return-path");
        }
        for (ReturnPathMessage message : inspection.reader().returnPath()) {
            if (message instanceof ReturnPathMessage.SwitchoverAck) {
                features.add("switchover-ack");
                break;
            }
        }
        multifd(inspection, features);
        if (ram.pages(PageKind.XBZRLE) > 0) {
            features.add("xbzrle");
        }
        if (ram.pages(PageKind.COMPRESSED) > 0) {
            features.add("compress");
        }
        if (inspection.configuration().isPresent()) {
            features.addAll(inspection.configuration().get().capabilities());
            if (inspection.configuration().get().uuid().isPresent()) {
                features.add("validate-uuid");
            }
        }
        if (backgroundSnapshot(inspection)) {
            features.add("background-snapshot");
        }
        for (String live : liveSections(inspection)) {
            features.add(live);
        }
        if (inspection.count(CommandId.ENABLE_COLO) > 0) {
            features.add("x-colo");
        }
        return features;
    }

    private static boolean advisesPostcopy(Inspection inspection) {
        // An ADVISE without payload announces dirty bitmaps only, and needs no return path.
        return inspection.count(CommandId.POSTCOPY_ADVISE) > 0
                && inspection.count(CommandId.OPEN_RETURN_PATH) > 0;
    }

    private static void multifd(Inspection inspection, List<String> features) {
        List<MultiFdChannel> channels = inspection.reader().multifd().channels();
        if (channels.isEmpty()) {
            if (inspection.usesMultiFd()) {
                features.add("multifd (channels not given)");
            }
            return;
        }
        String compression = "none";
        for (MultiFdChannel channel : channels) {
            MultiFdStatistics statistics = channel.statistics();
            if (!statistics.compression().parameter().equals("none")) {
                compression = statistics.compression().parameter();
            }
        }
        features.add(
                "multifd ("
                        + channels.size()
                        + " channels"
                        + (compression.equals("none") ? "" : ", " + compression)
                        + ", "
                        + (inspection.reader().ram().statistics().flushes() > 0
                                ? "synchronised by MULTIFD_FLUSH"
                                : "synchronised by every section")
                        + ")");
    }

    /** A background snapshot is the only migration that goes to its end without a RAM END. */
    private static boolean backgroundSnapshot(Inspection inspection) {
        return inspection.ended()
                && !inspection.ramEnded()
                && !inspection.reader().ram().blocks().isEmpty();
    }

    private static List<String> liveSections(Inspection inspection) {
        List<String> kinds = new ArrayList<>();
        SectionTable sections = inspection.sections();
        for (int i = 0; i < sections.size(); i++) {
            String feature =
                    switch (sections.binding(i).name()) {
                        case "dirty-bitmap" -> "dirty-bitmaps";
                        case "block" -> "block";
                        default -> "";
                    };
            if (!feature.isEmpty() && !kinds.contains(feature)) {
                kinds.add(feature);
            }
        }
        return kinds;
    }
}
