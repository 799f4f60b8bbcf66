package dev.ferry.vmm.device;

/**
 * Which QEMU's way of describing state is followed. The bytes of sections are the same; names in
 * descriptions, and how arrays are described element by element, are not.
 */
public enum QemuLine {
    /** As QEMU 7.2 writes. */
    V7_2,
    /** As QEMU 10.0 writes: the last element of an array of its own shape has no index. */
    V10_0
}
