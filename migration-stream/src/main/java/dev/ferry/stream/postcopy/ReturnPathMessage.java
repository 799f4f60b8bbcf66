package dev.ferry.stream.postcopy;

/**
 * One message of the return path, destination to source: {@code u16 type, u16 length, payload}.
 * Source: QEMU migration/migration.c, rp_cmd_args and source_return_path_thread.
 */
public sealed interface ReturnPathMessage {

    /** Byte offset of the message. */
    long at();

    /**
     * Type 1, the last one.
     *
     * @param error 0 if the destination is content
     */
    record Shut(long at, long error) implements ReturnPathMessage {}

    /** Type 2, the answer to a PING. */
    record Pong(long at, long value) implements ReturnPathMessage {}

    /**
     * Types 3 and 4: pages the destination waits for.
     *
     * @param start byte offset in the block
     * @param length bytes
     * @param block its name; in type 4 that of the request before
     * @param named whether the message itself names the block (type 3)
     */
    record RequestPages(long at, long start, long length, String block, boolean named)
            implements ReturnPathMessage {}

    /**
     * Type 5: which pages of a block arrived. The bitmap follows outside the message's frame:
     * {@code u64} byte count, that many bytes with the least significant bit first, {@code u64
     * 0x0123456789abcdef}.
     *
     * @param bitmapBytes length of the bitmap
     * @param received bits set in it
     */
    record ReceivedBitmap(long at, String block, long bitmapBytes, long received)
            implements ReturnPathMessage {}

    /** Type 6: recovery may go on. */
    record ResumeAck(long at, long value) implements ReturnPathMessage {}

    /** Type 7: devices are ready for the switch-over. */
    record SwitchoverAck(long at) implements ReturnPathMessage {}
}
