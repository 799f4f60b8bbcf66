package dev.ferry.vmm.memory;

/**
 * Memory as guests see it.
 *
 * @param gpa guest-physical address
 * @param length bytes
 * @param block which block is seen
 * @param offset where in it
 * @param access {@link Access#DEVICE} does not occur
 */
public record MemoryRange(long gpa, long length, RamBlock block, long offset, Access access) {

    /** Host address of the first byte. */
    public long address() {
        return block.address() + offset;
    }

    /** Whether guests' stores end up in the block without further ado. */
    public boolean writable() {
        return access == Access.READ_WRITE && !block.readOnly();
    }
}
