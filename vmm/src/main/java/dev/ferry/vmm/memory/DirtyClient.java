package dev.ferry.vmm.memory;

/** Who wants to know which pages were stored to; each has a log of its own. */
public enum DirtyClient {
    /** A device that shows memory, as a display does. */
    VGA,
    /** Migration. */
    MIGRATION
}
