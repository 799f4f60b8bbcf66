package dev.ferry.sev.stream;

import dev.ferry.sev.FirmwareStatus;
import dev.ferry.sev.SevException;
import dev.ferry.stream.ram.RamBlock;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Opens the packets of one incoming migration: a session's keys, or a firmware that has them. */
public interface PacketReceiver extends AutoCloseable {

    /**
     * Takes what RECEIVE_START takes, once, before any packet.
     *
     * @throws SevException if the session cannot be opened
     */
    void start(StartFields fields) throws SevException;

    /** How many packets it takes before it opens them. */
    int capacity();

    /**
     * Takes a packet, copied.
     *
     * @param index its place among those that are opened together, below {@link #capacity()}
     * @param from holds it; its position does not matter and stays
     * @param header index of its header, 52 bytes; 4 bytes behind that its ciphertext, 4096 bytes
     */
    void take(int index, ByteBuffer from, int header);

    /**
     * Opens the packets that were taken: checks each MAC, then decrypts.
     *
     * @param block the pages'
     * @param offsets of the pages in their block
     * @param count how many
     * @param statuses takes the outcome of each
     * @return the pages, 4096 bytes each, from index 0 on; that of a packet whose status is not
     *     {@code SUCCESS} is undefined. Borrowed until the next call; mostly the same array. Null
     *     if the pages are where they belong, and nobody else is to see them
     */
    byte @Nullable [] open(RamBlock block, long[] offsets, int count, FirmwareStatus[] statuses);

    /**
     * Whether a manifest is this session's: see {@link dev.ferry.sev.session.ManifestMac}.
     *
     * @param packets how many were sent
     * @param digest of a {@link ManifestDigest}
     * @param mac from the stream
     */
    boolean manifestFits(long packets, byte[] digest, byte[] mac);

    /** Forgets the keys. */
    @Override
    void close();
}
