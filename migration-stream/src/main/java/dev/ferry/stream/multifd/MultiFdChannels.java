package dev.ferry.stream.multifd;

import dev.ferry.stream.TruncatedStreamException;
import dev.ferry.stream.ram.RamSync;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * All multifd channels of a migration, read in step with the main channel: at each marker there,
 * every channel is read up to its next SYNC, so that what was sent later wins.
 *
 * <p>Two kinds of marker exist and the stream does not name its own. A source that sends
 * MULTIFD_FLUSH records sends one before the EOS of its very first RAM section, and means those;
 * any other means every EOS. Source: QEMU migration/ram.c, multifd_ram_flush_and_sync and
 * ram_load_precopy.
 */
public final class MultiFdChannels implements RamSync, Closeable {

    /** Which records of the main channel synchronise. */
    public enum Marker {
        UNDECIDED,
        EVERY_EOS,
        FLUSH_RECORD
    }

    private final List<MultiFdChannel> channels = new ArrayList<>();
    private Marker marker = Marker.UNDECIDED;
    private long syncs;

    /** No channels yet. */
    public MultiFdChannels() {}

    /** Adds a channel, before the main channel's RAM is read. */
    public void add(MultiFdChannel channel) throws IOException {
        int id = channel.handshake().id();
        for (MultiFdChannel other : channels) {
            if (other.handshake().id() == id) {
                throw channel.input()
                        .malformed(
                                24,
                                "multifd channel id "
                                        + id
                                        + ": already taken by channel "
                                        + other.channel());
            }
        }
        channels.add(channel);
    }

    /** The channels, in the order they were added. */
    public List<MultiFdChannel> channels() {
        return List.copyOf(channels);
    }

    /** Which records synchronise, as far as the main channel told. */
    public Marker marker() {
        return marker;
    }

    @Override
    public void onFlush() throws IOException {
        marker = Marker.FLUSH_RECORD;
        syncAll();
    }

    @Override
    public void onEos() throws IOException {
        if (marker == Marker.UNDECIDED) {
            marker = Marker.EVERY_EOS;
        }
        if (marker == Marker.EVERY_EOS) {
            syncAll();
        }
    }

    private void syncAll() throws IOException {
        syncs++;
        for (MultiFdChannel channel : channels) {
            if (!channel.readToSync()) {
                throw new TruncatedStreamException(
                        "multifd channel id "
                                + channel.handshake().id()
                                + ": expected SYNC packet number "
                                + syncs
                                + ", the channel ends after "
                                + (syncs - 1),
                        channel.input().here(),
                        1);
            }
        }
    }

    /** Reads what follows the last synchronisation, in any order. */
    public void readRest() throws IOException {
        for (MultiFdChannel channel : channels) {
            while (channel.readToSync()) {
                // to the channel's end
            }
        }
    }

    @Override
    public void close() {
        for (MultiFdChannel channel : channels) {
            channel.close();
        }
    }
}
