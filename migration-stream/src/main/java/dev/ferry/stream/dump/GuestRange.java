package dev.ferry.stream.dump;

import dev.ferry.stream.ram.RamBlock;

/**
 * Part of a block at a guest-physical address.
 *
 * @param start guest-physical address of the first byte
 * @param length bytes, at least 1
 * @param block where the bytes are
 * @param blockOffset of the first byte, in the block
 * @param kind what the guest takes it for
 */
public record GuestRange(long start, long length, RamBlock block, long blockOffset, Kind kind) {

    /** What the guest takes it for. */
    public enum Kind {
        RAM,
        /** Firmware and option ROMs. */
        ROM,
        /** Memory of a device, such as a frame buffer. */
        DEVICE
    }

    /** Address of the first byte behind it. */
    public long end() {
        return start + length;
    }

    /** Whether an address is in it. */
    public boolean contains(long address) {
        return address >= start && address - start < length;
    }

    /** The part from address {@code from} to {@code to}, both within it. */
    GuestRange part(long from, long to) {
        return new GuestRange(from, to - from, block, blockOffset + from - start, kind);
    }

    /** Whether {@code next} goes on where this one ends, at the address and in the block. */
    boolean goesOnIn(GuestRange next) {
        return next.start == end()
                && next.block.index() == block.index()
                && next.blockOffset == blockOffset + length
                && next.kind == kind;
    }

    @Override
    public String toString() {
        return "0x"
                + Long.toHexString(start)
                + "-0x"
                + Long.toHexString(end() - 1)
                + " "
                + block
                + " from 0x"
                + Long.toHexString(blockOffset);
    }
}
