package dev.ferry.stream.multifd;

/**
 * What one multifd channel held.
 *
 * @param packets all packets
 * @param dataPackets packets with pages in their payload
 * @param normalPages pages in payloads
 * @param zeroPages pages listed as zero
 * @param payloadBytes bytes of payload, compressed if they are
 * @param syncs SYNC packets
 * @param deviceStates device state packets
 * @param firstPacket number of the first packet, -1 without any
 * @param lastPacket number of the last packet, -1 without any
 * @param compression method of the packets with pages
 */
public record MultiFdStatistics(
        long packets,
        long dataPackets,
        long normalPages,
        long zeroPages,
        long payloadBytes,
        long syncs,
        long deviceStates,
        long firstPacket,
        long lastPacket,
        MultiFdCompression compression) {}
