package dev.ferry.testdata;

/** Where QEMU (or libvirt) put the bytes of a capture. */
public enum CaptureKind {
    /** Recorded between two QEMUs: one or more connections, possibly with bytes coming back. */
    TCP,
    /** The file a {@code file:} migration wrote; it may start at an offset or be mapped-ram. */
    FILE,
    /** A libvirt save image: header, domain XML, then the stream, possibly compressed. */
    LIBVIRT_SAVE,
    /** A qcow2 disk with an internal snapshot that {@code savevm} made. */
    QCOW2_SNAPSHOT
}
