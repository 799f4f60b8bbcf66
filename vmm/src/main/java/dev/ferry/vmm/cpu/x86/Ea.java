package dev.ferry.vmm.cpu.x86;

/**
 * An effective address: {@code segment:[base + index << scale + displacement]}.
 *
 * @param segment 0 to 5, in the order of {@link X86Vcpu#segs}
 * @param base register, or {@link X86Vcpu#NO_REGISTER}
 * @param index likewise
 * @param mask what the sum is masked with: 16, 32 or 64 bits
 * @param checked whether the segment's limit and rights have to be looked at
 * @param relative the displacement counts from {@link X86Vcpu#rip}
 * @param linearMask what the linear address is masked with
 */
record Ea(
        int segment,
        int base,
        int index,
        int scale,
        long displacement,
        long mask,
        boolean checked,
        boolean relative,
        long linearMask) {

    long offset(X86Vcpu c) {
        long[] regs = c.regs;
        long sum = regs[base] + (regs[index] << scale) + displacement;
        if (relative) {
            sum += c.rip;
        }
        return sum & mask;
    }

    /** The linear address, for a load of {@code size} bytes. */
    long read(X86Vcpu c, int size) {
        long offset = offset(c);
        if (checked) {
            c.checkRead(segment, offset, size);
        }
        return c.base[segment] + offset & linearMask;
    }

    /** The linear address, for a store. */
    long write(X86Vcpu c, int size) {
        long offset = offset(c);
        if (checked) {
            c.checkWrite(segment, offset, size);
        }
        return c.base[segment] + offset & linearMask;
    }

    /** The linear address {@code bytes} further on, for operands of several parts. */
    long readAt(X86Vcpu c, int bytes, int size) {
        long offset = offset(c) + bytes & mask;
        if (checked) {
            c.checkRead(segment, offset, size);
        }
        return c.base[segment] + offset & linearMask;
    }

    /** As {@link #readAt}, of an operand that a bit offset or the like has moved. */
    long moved(X86Vcpu c, long bytes, int size, boolean writing) {
        long offset = offset(c) + bytes & mask;
        if (checked) {
            if (writing) {
                c.checkWrite(segment, offset, size);
            } else {
                c.checkRead(segment, offset, size);
            }
        }
        return c.base[segment] + offset & linearMask;
    }

    /** The same address with something added to the displacement. */
    Ea plus(long bytes) {
        return new Ea(
                segment,
                base,
                index,
                scale,
                displacement + bytes,
                mask,
                checked,
                relative,
                linearMask);
    }
}
