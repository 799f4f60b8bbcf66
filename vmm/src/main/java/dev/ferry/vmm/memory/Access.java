package dev.ferry.vmm.memory;

/** What guests may do with memory that is mapped somewhere. */
public enum Access {
    /** RAM. */
    READ_WRITE,
    /** ROM: stores are ignored. */
    READ_ONLY,
    /** Loads see the memory, stores go to a device: flash that is being read. */
    ROM_DEVICE,
    /** All goes to a device: flash that is being written, and devices without memory. */
    DEVICE
}
