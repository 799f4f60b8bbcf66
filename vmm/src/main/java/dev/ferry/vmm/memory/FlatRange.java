package dev.ferry.vmm.memory;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Consecutive addresses at which guests see the same thing; a piece of a {@link FlatMap}. */
final class FlatRange {

    final long start;
    final long end;
    final Mapping mapping;
    final Access access;
    final @Nullable RamBlock block;

    /** Offset in the block of {@link #start}. */
    final long blockOffset;

    final @Nullable MmioDevice device;

    /** Offset in the device of {@link #start}. */
    final long deviceOffset;

    /** Host address less guest-physical address; of memory only. */
    final long bias;

    /** Whether loads see memory. */
    final boolean reads;

    /** Whether stores do. */
    final boolean writes;

    /** Whether pages of the guest are pages of the block. */
    final boolean pages;

    FlatRange(long start, long end, Mapping mapping) {
        this.start = start;
        this.end = end;
        this.mapping = mapping;
        access = mapping.access;
        block = mapping.block;
        device = mapping.device;
        long skip = start - mapping.gpa;
        blockOffset = mapping.blockOffset + skip;
        deviceOffset = skip;
        bias = block == null ? 0 : block.address() + blockOffset - start;
        reads = block != null && access != Access.DEVICE;
        writes = block != null && access == Access.READ_WRITE && !block.readOnly();
        pages = ((start - blockOffset) & (PhysicalMemory.PAGE_BYTES - 1)) == 0;
    }

    /** Whether a page is memory throughout, as loads see it. */
    boolean readsPage(long page) {
        return reads && pages && page >= start && page + PhysicalMemory.PAGE_BYTES <= end;
    }

    /** Whether stores go to the device. */
    boolean storesToDevice() {
        return access == Access.DEVICE || access == Access.ROM_DEVICE;
    }

    /** The block, where there is one: {@link #reads} or {@link #writes}. */
    RamBlock memory() {
        return Objects.requireNonNull(block);
    }

    /** The device, where there is one. */
    MmioDevice behind() {
        return Objects.requireNonNull(device);
    }

    /** Page of the block at a guest-physical address. */
    long blockPage(long address) {
        return (address - start + blockOffset) / PhysicalMemory.PAGE_BYTES;
    }

    /** Whether the same bytes are seen at an address of both. */
    boolean sameMemory(FlatRange other) {
        return reads
                && other.reads
                && block == other.block
                && blockOffset - start == other.blockOffset - other.start;
    }
}
