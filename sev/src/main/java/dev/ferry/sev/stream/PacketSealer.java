package dev.ferry.sev.stream;

import dev.ferry.sev.SevException;
import dev.ferry.sev.packet.PacketBatch;
import dev.ferry.stream.ram.RamBlock;

/** Makes the packets of one outgoing migration: a session's keys, or a firmware that has them. */
public interface PacketSealer extends AutoCloseable {

    /**
     * What the first packet brings along: SEND_START.
     *
     * @throws SevException if the guest must not be sent, or not to this destination
     */
    StartFields start() throws SevException;

    /**
     * Makes packets of pages, each with a fresh IV.
     *
     * @param offsets of the pages in their block
     * @param count how many
     * @param into takes headers and ciphertext of packets 0 to {@code count - 1}
     * @throws SevException if a page is refused; none of the packets counts then
     */
    void seal(RamBlock block, long[] offsets, int count, PacketBatch into) throws SevException;

    /**
     * The session's MAC of a manifest: see {@link dev.ferry.sev.session.ManifestMac}.
     *
     * @param digest of a {@link ManifestDigest}
     * @throws SevException if the session is over
     */
    byte[] manifestMac(long packets, byte[] digest) throws SevException;

    /** Ends the sending: gives up the keys, and whatever was not finished. */
    @Override
    void close();
}
