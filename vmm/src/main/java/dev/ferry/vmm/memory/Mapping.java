package dev.ferry.vmm.memory;

import org.jspecify.annotations.Nullable;

/**
 * A block or a device at a place of an {@link AddressSpace}. What is done with it here takes effect
 * at once, for running vCPUs too.
 */
public final class Mapping {

    private final AddressSpace space;
    final long gpa;
    final long length;
    final int priority;
    final @Nullable RamBlock block;
    final long blockOffset;
    final @Nullable MmioDevice device;

    /** Guarded by the address space. */
    Access access;

    /** Guarded by the address space. */
    boolean enabled = true;

    Mapping(
            AddressSpace space,
            long gpa,
            long length,
            int priority,
            @Nullable RamBlock block,
            long blockOffset,
            @Nullable MmioDevice device,
            Access access) {
        this.space = space;
        this.gpa = gpa;
        this.length = length;
        this.priority = priority;
        this.block = block;
        this.blockOffset = blockOffset;
        this.device = device;
        this.access = access;
    }

    /** Guest-physical address of its first byte. */
    public long gpa() {
        return gpa;
    }

    /** Bytes. */
    public long length() {
        return length;
    }

    /** Changes what guests may do with it: flash between its modes, shadow RAM. */
    public void access(Access now) {
        check(now);
        space.change(() -> {
            boolean changed = access != now;
            access = now;
            return changed;
        });
    }

    void check(Access wanted) {
        if ((wanted != Access.DEVICE && block == null)
                || ((wanted == Access.DEVICE || wanted == Access.ROM_DEVICE) && device == null)) {
            throw new IllegalArgumentException("nothing there for " + wanted);
        }
    }

    /** Hides it, so that what lies below is seen, or shows it again. */
    public void enabled(boolean now) {
        space.change(() -> {
            boolean changed = enabled != now;
            enabled = now;
            return changed;
        });
    }

    /** Takes it away for good. */
    public void remove() {
        space.remove(this);
    }
}
