package dev.ferry.vmm.boot;

/**
 * A piece of a kernel's memory.
 *
 * @param offset of its bytes in the file
 * @param fileBytes how many of them
 * @param memoryBytes how many bytes it has in memory; those that are not in the file are zeros
 */
record KernelSegment(long address, int offset, int fileBytes, long memoryBytes) {

    long end() {
        return address + memoryBytes;
    }
}
