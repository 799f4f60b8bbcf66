package dev.ferry.tools.verify;

import dev.ferry.stream.item.StreamItem;
import dev.ferry.stream.multifd.MultiFdChannel;
import dev.ferry.stream.multifd.MultiFdStatistics;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The multifd channels among each other. QEMU migration/multifd.c. */
final class MultiFdCheck implements Check {

    private final Verification verification;

    MultiFdCheck(Verification verification) {
        this.verification = verification;
    }

    @Override
    public void end() {
        List<MultiFdChannel> channels = verification.reader().multifd().channels();
        if (channels.isEmpty()) {
            return;
        }
        MultiFdChannel first = channels.getFirst();
        for (MultiFdChannel channel : channels) {
            uuid(channel, first);
            statistics(channel, first);
        }
    }

    private void uuid(MultiFdChannel channel, MultiFdChannel first) {
        UUID uuid = channel.handshake().uuid();
        if (!uuid.equals(first.handshake().uuid())) {
            error(
                    channel,
                    8,
                    "uuid: expected "
                            + first.handshake().uuid()
                            + " as on channel id "
                            + first.handshake().id()
                            + ", found "
                            + uuid);
        }
        Optional<StreamItem.Configuration> configuration = verification.reader().configuration();
        if (configuration.isPresent()
                && configuration.get().uuid().isPresent()
                && !uuid.equals(configuration.get().uuid().get())) {
            error(
                    channel,
                    8,
                    "uuid: expected "
                            + configuration.get().uuid().get()
                            + " as in the configuration section, found "
                            + uuid);
        }
    }

    private void statistics(MultiFdChannel channel, MultiFdChannel first) {
        MultiFdStatistics mine = channel.statistics();
        MultiFdStatistics others = first.statistics();
        if (mine.syncs() != others.syncs()) {
            error(
                    channel,
                    0,
                    "SYNC packets: expected "
                            + others.syncs()
                            + " as on channel id "
                            + first.handshake().id()
                            + ", found "
                            + mine.syncs());
        }
        if (mine.dataPackets() > 0
                && others.dataPackets() > 0
                && mine.compression() != others.compression()) {
            error(
                    channel,
                    0,
                    "compression: expected "
                            + others.compression().parameter()
                            + " as on channel id "
                            + first.handshake().id()
                            + ", found "
                            + mine.compression().parameter());
        }
    }

    private void error(MultiFdChannel channel, long offset, String message) {
        verification
                .findings()
                .error(
                        verification.place(
                                channel.channel(),
                                offset,
                                "multifd channel id " + channel.handshake().id()),
                        message);
    }
}
