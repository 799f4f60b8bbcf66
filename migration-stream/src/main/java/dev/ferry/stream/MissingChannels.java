package dev.ferry.stream;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdStatistics;
import dev.ferry.stream.ram.PageKind;
import dev.ferry.stream.ram.RamBlock;
import dev.ferry.stream.ram.RamState;
import dev.ferry.stream.ram.RamStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Tells whether pages of a migration travelled on multifd channels that were not given. */
public final class MissingChannels {

    private MissingChannels() {}

    /**
     * What is missing, or null.
     *
     * @param reader at its end
     * @param received how many pages of a block came at least once
     * @param ramEnded whether RAM sections came to their END
     */
    public static @Nullable String of(
            MigrationReader reader, ToLongFunction<RamBlock> received, boolean ramEnded) {
        List<MultiFdChannel> channels = reader.multifd().channels();
        if (channels.isEmpty()) {
            return allMissing(reader, received, ramEnded)
                    ? "pages travelled on multifd channels that were not given"
                    : null;
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
                    + " of the channels were given";
        }
        // One counter numbers the packets of all channels.
        return ramEnded && packets <= last
                ? "multifd packets are numbered up to "
                        + last
                        + ", but the channels given have only "
                        + packets
                : null;
    }

    private static boolean allMissing(
            MigrationReader reader, ToLongFunction<RamBlock> received, boolean ramEnded) {
        RamState ram = reader.ram();
        RamStatistics statistics = ram.statistics();
        if (statistics.flushes() > 0) {
            return true;
        }
        // Up to machine type 8.0 nothing marks the main channel. But where no channel brought a
        // page with content and not all pages are zero, others must have.
        if (!ramEnded
                || reader.postcopy()
                || ram.pageSize() == 0
                || statistics.pages(PageKind.MAPPED) > 0
                || statistics.pages(PageKind.PLAIN) > 0
                || statistics.pages(PageKind.XBZRLE) > 0
                || statistics.pages(PageKind.COMPRESSED) > 0
                || statistics.pages(PageKind.ENCRYPTED) > 0) {
            return false;
        }
        boolean shared = hasCapability(reader, "x-ignore-shared");
        for (RamBlock block : ram.blocks()) {
            long came = received.applyAsLong(block);
            if (block.mapped() == null
                    && !(shared && came == 0)
                    && came < block.pages(ram.pageSize())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the configuration section lists a capability. */
    public static boolean hasCapability(MigrationReader reader, String name) {
        Optional<StreamItem.Configuration> configuration = reader.configuration();
        return configuration.isPresent() && configuration.get().capabilities().contains(name);
    }
}
