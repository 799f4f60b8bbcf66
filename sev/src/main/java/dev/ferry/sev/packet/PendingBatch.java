package dev.ferry.sev.packet;

/** A batch that a {@link PacketPool} works on. */
public interface PendingBatch {

    /**
     * Waits until it is done; after that its arrays are the caller's again. An interrupt does not
     * end the wait, which takes milliseconds, and is not lost.
     *
     * @throws BadPacketException if a packet is refused: the first. All before it are decrypted;
     *     those after it may be or not
     */
    void await() throws BadPacketException;
}
