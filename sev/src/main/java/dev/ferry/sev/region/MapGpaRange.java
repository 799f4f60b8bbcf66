package dev.ferry.sev.region;

import java.util.List;

/**
 * The hypercall by which a guest says that pages become shared or private: KVM_HC_MAP_GPA_RANGE,
 * number 12.
 *
 * <pre>
 *  rbx  guest physical address, a multiple of 4096
 *  rcx  number of pages of 4 KiB, not 0
 *  rdx  attributes: bits 0-3 page size that the guest prefers (0: 4 KiB, 1: 2 MiB, 2: 1 GiB), a hint
 *                   bit  4   1: encrypted (private), 0: decrypted (shared)
 *                   bits 5-63 reserved, 0
 *  rax  0, or a negative number of Linux include/uapi/linux/kvm_para.h
 * </pre>
 *
 * KVM looks at privilege, address and count, and leaves range and attributes to the VMM. This class
 * does both, in KVM's order. Source: Linux Documentation/virt/kvm/x86/hypercalls.rst,
 * arch/x86/kvm/x86.c.
 */
public final class MapGpaRange {

    /** The hypercall's number, in rax. */
    public static final int KVM_HC_MAP_GPA_RANGE = 12;

    /** The caller is not the kernel. */
    public static final long KVM_EPERM = 1;

    /** An argument is wrong. */
    public static final long KVM_EINVAL = 22;

    /** There is no such hypercall. */
    public static final long KVM_ENOSYS = 1000;

    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_MASK = (1L << PAGE_SHIFT) - 1;
    private static final long LOW_32_BITS = 0xffff_ffffL;
    private static final long PAGE_SIZE_HINT = 0xf;
    private static final long ENCRYPTED = 1 << 4;

    /** What the third argument means. */
    public enum Arguments {
        /** Attributes, since Linux 5.14. */
        ATTRIBUTES,
        /**
         * 1 for encrypted, 0 for decrypted: KVM_HC_PAGE_ENC_STATUS, which AMD's kernels had under
         * the same number before that.
         */
        STATUS
    }

    /**
     * What a call came to.
     *
     * @param rax what the guest gets
     * @param changed pages whose status is another now: a migration must send them again
     */
    public record Result(long rax, List<GfnRange> changed) {
        public Result {
            changed = List.copyOf(changed);
        }
    }

    private final SharedRegions regions;
    private final long frames;
    private final Arguments arguments;
    private final boolean enabled;

    /**
     * The hypercall of one guest.
     *
     * @param regions what calls change
     * @param frames guest physical memory ends before this one: without a bound a guest could make
     *     a list of any length
     * @param arguments what its kernel speaks
     * @param enabled whether CPUID 0x40000001 offers the call
     */
    public MapGpaRange(SharedRegions regions, long frames, Arguments arguments, boolean enabled) {
        if (frames < 1) {
            throw new IllegalArgumentException("guest memory: expected a page, found " + frames);
        }
        this.regions = regions;
        this.frames = frames;
        this.arguments = arguments;
        this.enabled = enabled;
    }

    /** The hypercall as a guest's kernel of today makes it. */
    public MapGpaRange(SharedRegions regions, long frames) {
        this(regions, frames, Arguments.ATTRIBUTES, true);
    }

    /**
     * One call.
     *
     * @param gpa rbx
     * @param pages rcx
     * @param third rdx
     * @param cpl the caller's privilege level, 0 to 3
     * @param longMode whether the vCPU is in 64-bit mode; else registers count with 32 bits
     */
    public Result call(long gpa, long pages, long third, int cpl, boolean longMode) {
        if (!longMode) {
            Result result =
                    call64(gpa & LOW_32_BITS, pages & LOW_32_BITS, third & LOW_32_BITS, cpl);
            return new Result(result.rax() & LOW_32_BITS, result.changed());
        }
        return call64(gpa, pages, third, cpl);
    }

    private Result call64(long gpa, long pages, long third, int cpl) {
        if (cpl != 0) {
            return failed(KVM_EPERM);
        }
        if (!enabled) {
            return failed(KVM_ENOSYS);
        }
        long start = gpa >>> PAGE_SHIFT;
        long end = start + pages;
        if ((gpa & PAGE_MASK) != 0
                || Long.compareUnsigned(end, start) <= 0
                || Long.compareUnsigned(end, frames) > 0
                || !valid(third)) {
            return failed(KVM_EINVAL);
        }
        GfnRange range = new GfnRange(start, end);
        return new Result(0, encrypted(third) ? regions.unshare(range) : regions.share(range));
    }

    private boolean valid(long third) {
        return switch (arguments) {
            case ATTRIBUTES -> (third & ~(ENCRYPTED | PAGE_SIZE_HINT)) == 0;
            case STATUS -> third == 0 || third == 1;
        };
    }

    private boolean encrypted(long third) {
        return switch (arguments) {
            case ATTRIBUTES -> (third & ENCRYPTED) != 0;
            case STATUS -> third != 0;
        };
    }

    private static Result failed(long error) {
        return new Result(-error, List.of());
    }
}
