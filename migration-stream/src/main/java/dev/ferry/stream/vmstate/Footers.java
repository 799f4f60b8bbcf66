package dev.ferry.stream.vmstate;

/** Whether a stream's sections end in a footer; one without a footer has one nowhere. */
public enum Footers {
    /** Every section ends in 0x7e and its id: every stream of QEMU 2.3 or later machine types. */
    PRESENT,
    /** No section does. */
    ABSENT,
    /** Not found out yet. */
    UNKNOWN
}
