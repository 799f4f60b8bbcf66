package dev.ferry.tools.inspect;

import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdStatistics;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.RamStatistics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells whether pages of a migration travelled on multifd channels that were not given. */
final class MissingChannels {

    private MissingChannels() {}

    /** What is missing, or null. */
    static @Nullable String of(Inspection inspection) {
        List<MultiFdChannel> channels = inspection.reader().multifd().channels();
        if (channels.isEmpty()) {
            return allMissing(inspection)
                    ? "pages travelled on multifd channels that were not given; name them with"
                            + " --channel"
                    : null;
        }
        if (inspection.failure() != null) {
            return null;
        }
        int highest = 0;
        long packets = 0;
        long last = -1;
        for (MultiFdChannel channel : channels) {
            MultiFdStatistics statistics = channel.statistics();
            highest = Math.max(highest, channel.handshake().id());
            packets += statistics.packets() - statistics.deviceStates();
            last = Math.max(last, statistics.lastPacket());
        }
        if (highest >= channels.size()) {
            return "multifd channel ids go up to "
                    + highest
                    + ", but only "
                    + channels.size()
                    + " of the channels were given; name all with --channel";
        }
        // One counter numbers the packets of all channels.
        return packets <= last
                ? "multifd packets are numbered up to "
                        + last
                        + ", but the channels given have only "
                        + packets
                        + "; name all with --channel"
                : null;
    }

    private static boolean allMissing(Inspection inspection) {
        RamState ram = inspection.reader().ram();
        RamStatistics statistics = ram.statistics();
        if (statistics.flushes() > 0) {
            return true;
        }
        // Up to machine type 8.0 nothing marks the main channel. But where no channel brought a
        // page with content and not all pages are zero, others must have.
        if (!inspection.ramEnded()
                || inspection.mappedRam()
                || inspection.reader().postcopy()
                || ram.pageSize() == 0
                || statistics.pages(PageKind.PLAIN) > 0
                || statistics.pages(PageKind.XBZRLE) > 0
                || statistics.pages(PageKind.COMPRESSED) > 0
                || statistics.pages(PageKind.ENCRYPTED) > 0) {
            return false;
        }
        for (RamBlock block : ram.blocks()) {
            long received = inspection.coverage().received(block);
            boolean left = inspection.ignoresShared() && received == 0;
            if (!left && received < block.pages(ram.pageSize())) {
                return true;
            }
        }
        return false;
    }
}
