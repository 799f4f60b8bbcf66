package dev.ferry.testdata;

/** What one file of a capture is. */
public enum FileKind {
    /** One channel, from the source to the destination. */
    FORWARD_CHANNEL,
    /** What the destination sent back on one channel. */
    REVERSE_CHANNEL,
    /** A libvirt save image, as {@code virsh save} left it. */
    LIBVIRT_SAVE,
    /** A qcow2 disk with the internal snapshot {@code snap1}. */
    QCOW2,
    /** A shared memory file at the stop point: RAM that is, on purpose, not in the stream. */
    SHARED_MEMORY
}
