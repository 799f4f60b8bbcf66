package dev.ferry.stream.multifd;

/**
 * How a generation of QEMU fills packets in. Both read either, but for one thing: QEMU before 9.0
 * passes over the zero pages of a packet without a word.
 *
 * <p>Source: QEMU migration/multifd.c, multifd_send_fill_packet and multifd_send_thread.
 */
public enum MultiFdDialect {
    /**
     * QEMU 7.2 to 8.2: a header keeps what the packet before had in fields that this one does not
     * use; a SYNC is merged into a packet that still waits, and an empty packet follows.
     */
    QEMU_7_2,

    /** QEMU 9.0 and later: unused fields are zero, SYNC is a packet of its own. */
    QEMU_10_0;

    /** Whether a packet without pages keeps length, block and offsets of the one before. */
    boolean keepsStaleFields() {
        return this == QEMU_7_2;
    }

    /** Whether a SYNC packet tells the number of offset slots. */
    boolean countsSlotsInSync() {
        return this == QEMU_7_2;
    }

    /** Whether SYNC goes into a packet of pages that still waits. */
    boolean mergesSync() {
        return this == QEMU_7_2;
    }

    /** Whether packets can list zero pages. */
    public boolean listsZeroPages() {
        return this == QEMU_10_0;
    }
}
