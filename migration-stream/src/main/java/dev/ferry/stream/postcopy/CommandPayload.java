package dev.ferry.stream.postcopy;

import java.util.List;

/** A command's payload, understood. Source: QEMU migration/savevm.c, loadvm_process_command. */
public sealed interface CommandPayload {

    /** Nothing. */
    record None() implements CommandPayload {}

    /**
     * PING.
     *
     * @param value the destination sends back
     */
    record Ping(long value) implements CommandPayload {}

    /**
     * POSTCOPY_ADVISE, 16 bytes long: RAM will be postcopied.
     *
     * @param hostPageSizes OR of the page sizes of all blocks
     * @param targetPageSize bytes
     */
    record Advise(long hostPageSizes, long targetPageSize) implements CommandPayload {}

    /**
     * POSTCOPY_RAM_DISCARD.
     *
     * <pre>
     *  u8    version 0
     *  str8  block
     *  u8    0
     *  { u64 start, u64 length }*   in bytes
     * </pre>
     */
    record Discard(String block, List<Range> ranges) implements CommandPayload {

        public Discard {
            ranges = List.copyOf(ranges);
        }
    }

    /** Bytes {@code start} to {@code start + length} of a block. */
    record Range(long start, long length) {}

    /**
     * PACKAGED.
     *
     * @param length bytes of items that follow the command
     */
    record Packaged(long length) implements CommandPayload {}

    /** RECV_BITMAP: a request for the pages that the destination has of one block. */
    record ReceivedBitmap(String block) implements CommandPayload {}
}
