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

    /**
     * Opens packets: checks each MAC, then decrypts.
     *
     * @param block the pages'
     * @param offsets of the pages in their block
     * @param from holds the packets; its position does not matter and stays
     * @param headers index of each packet's header, 52 bytes; 4 bytes behind it its ciphertext
     * @param count how many
     * @param statuses takes the outcome of each
     * @return the pages, 4096 bytes each, from index 0 on; that of a packet whose status is not
     *     {@code SUCCESS} is undefined. Borrowed until the next call; mostly the same array. Null
     *     if the pages are where they belong, and nobody else is to see them
     */
    byte @Nullable [] open(
            RamBlock block,
            long[] offsets,
            ByteBuffer from,
            int[] headers,
            int count,
            FirmwareStatus[] statuses);

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
