package dev.ferry.vmm.hypercall;

import dev.ferry.sev.region.MapGpaRange;
import dev.ferry.sev.region.MigrationControl;
import dev.ferry.sev.region.SharedRegions;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a guest under KVM finds of its host.
 *
 * <pre>
 *  CPUID 0x40000000   EAX 0x40000001, EBX ECX EDX "KVMKVMKVM"
 *  CPUID 0x40000001   EAX bits 0, 3, 24 kvmclock; 16 KVM_FEATURE_HC_MAP_GPA_RANGE;
 *                     17 KVM_FEATURE_MIGRATION_CONTROL
 *  CPUID 0x8000001f   EAX bit 1 SEV; EBX bits 0-5 C-bit, 6-11 bits by which addresses are shorter
 *  MSR 0xc0010131     bit 0 SEV; cannot be written
 *  MSR 0x4b564d08     MSR_KVM_MIGRATION_CONTROL: bit 0, the guest may be migrated
 *  hypercall 12       KVM_HC_MAP_GPA_RANGE, and KVM_HC_PAGE_ENC_STATUS before it
 * </pre>
 *
 * <p>A guest that wrote nothing to MSR_KVM_MIGRATION_CONTROL, or 0, may not be migrated: the list
 * of shared regions need not be right. Bits 16 and 17, the two registers and the hypercall are
 * there for SEV guests only. For any thread.
 *
 * <p>Source: Linux Documentation/virt/kvm/x86/cpuid.rst, hypercalls.rst, msr.rst and
 * arch/x86/kvm/x86.c, kvm_emulate_hypercall; AMD APM volume 3, appendix E.
 */
public final class GuestProtocol {

    /** MSR_AMD64_SEV. */
    public static final int SEV_STATUS = 0xc0010131;

    private static final int SEV_STATUS_ENABLED = 1;

    private static final int KVM_CPUID_SIGNATURE = 0x40000000;
    private static final int KVM_CPUID_FEATURES = 0x40000001;
    private static final int LARGEST_EXTENDED = 0x80000000;
    private static final int ENCRYPTION = 0x8000001f;

    /** KVM_FEATURE_CLOCKSOURCE, CLOCKSOURCE2 and CLOCKSOURCE_STABLE_BIT. */
    private static final int KVM_CLOCK = 1 | 1 << 3 | 1 << 24;

    private static final int HC_MAP_GPA_RANGE = 1 << 16;
    private static final int MIGRATION_CONTROL = 1 << 17;

    private static final long LOW_32_BITS = 0xffff_ffffL;

    private final boolean kvmClock;
    private final @Nullable SevCpuid sev;
    private final SharedRegions regions;
    private final MigrationControl control;
    private final HypercallHandler handler;
    private final PageStatusListener listener;
    private volatile boolean wasReady;

    private GuestProtocol(
            boolean kvmClock,
            @Nullable SevCpuid sev,
            SharedRegions regions,
            HypercallHandler handler,
            PageStatusListener listener) {
        this.kvmClock = kvmClock;
        this.sev = sev;
        this.regions = regions;
        this.control = new MigrationControl(regions);
        this.handler = handler;
        this.listener = listener;
    }

    /** Of a guest without SEV: all that there may be is the clock. */
    public static GuestProtocol plain(boolean kvmClock) {
        return new GuestProtocol(
                kvmClock,
                null,
                new SharedRegions(),
                exit -> -MapGpaRange.KVM_ENOSYS,
                PageStatusListener.NONE);
    }

    /**
     * Of a SEV guest. All of its pages are private.
     *
     * @param frames guest-physical memory ends before this one; above the highest RAM and flash
     * @param arguments what the guest's kernel speaks
     * @param listener told about pages that change between private and shared
     */
    public static GuestProtocol sev(
            SevCpuid sev,
            boolean kvmClock,
            long frames,
            MapGpaRange.Arguments arguments,
            PageStatusListener listener) {
        SharedRegions regions = new SharedRegions();
        return new GuestProtocol(
                kvmClock,
                sev,
                regions,
                new SharedRegionsKeeper(regions, frames, arguments, listener),
                listener);
    }

    /** Which pages the guest shares; empty without SEV. */
    public SharedRegions regions() {
        return regions;
    }

    /** Whether the guest has encrypted memory. */
    public boolean encrypted() {
        return sev != null;
    }

    /**
     * Puts in what a processor model does not know.
     *
     * @param out EAX to EDX as the processor model has them
     */
    public void cpuid(int leaf, int[] out) {
        if (leaf == KVM_CPUID_SIGNATURE && offersKvm()) {
            out[0] = KVM_CPUID_FEATURES;
            out[1] = 0x4b4d564b; // "KVMK"
            out[2] = 0x564b4d56; // "VMKV"
            out[3] = 0x0000004d; // "M"
        } else if (leaf == KVM_CPUID_FEATURES && offersKvm()) {
            out[0] =
                    (kvmClock ? KVM_CLOCK : 0)
                            | (sev == null ? 0 : HC_MAP_GPA_RANGE | MIGRATION_CONTROL);
            out[1] = 0;
            out[2] = 0;
            out[3] = 0;
        } else if (sev != null && leaf == LARGEST_EXTENDED) {
            out[0] = Integer.compareUnsigned(out[0], ENCRYPTION) < 0 ? ENCRYPTION : out[0];
        } else if (sev != null && leaf == ENCRYPTION) {
            sev.leaf(out);
        }
    }

    private boolean offersKvm() {
        return kvmClock || sev != null;
    }

    /**
     * RDMSR.
     *
     * @param value at 0, the register
     * @return false if it is none of these: somebody else's, or a #GP
     */
    public boolean readMsr(int index, long[] value) {
        if (sev == null) {
            return false;
        }
        switch (index) {
            case SEV_STATUS -> value[0] = SEV_STATUS_ENABLED;
            case MigrationControl.MSR_KVM_MIGRATION_CONTROL -> value[0] = control.read();
            default -> {
                return false;
            }
        }
        return true;
    }

    /**
     * WRMSR.
     *
     * @return false if it is none of these, or cannot have that value
     */
    public boolean writeMsr(int index, long value) {
        if (sev == null || index != MigrationControl.MSR_KVM_MIGRATION_CONTROL) {
            return false;
        }
        if (!control.write(value)) {
            return false;
        }
        wasReady |= control.ready();
        return true;
    }

    /** Whether {@link #readMsr} and {@link #writeMsr} are about a register. */
    public boolean hasMsr(int index) {
        return sev != null
                && (index == SEV_STATUS || index == MigrationControl.MSR_KVM_MIGRATION_CONTROL);
    }

    /**
     * A hypercall, in KVM's order of checks: privilege, number, arguments.
     *
     * @param vcpu index of the one that calls
     * @return what the guest gets in rax
     */
    public long hypercall(
            int vcpu, long number, long a0, long a1, long a2, int cpl, boolean longMode) {
        long called = longMode ? number : number & LOW_32_BITS;
        long rax;
        if (cpl != 0) {
            rax = -MapGpaRange.KVM_EPERM;
        } else if (sev == null || called != MapGpaRange.KVM_HC_MAP_GPA_RANGE) {
            rax = -MapGpaRange.KVM_ENOSYS;
        } else {
            rax = handler.handle(new HypercallExit(vcpu, called, a0, a1, a2, cpl, longMode));
        }
        return longMode ? rax : rax & LOW_32_BITS;
    }

    /** Why the guest may not be migrated now: one sentence for who asked for it. */
    public Optional<String> migrationBlocker() {
        if (sev == null || control.ready()) {
            return Optional.empty();
        }
        return Optional.of(
                wasReady
                        ? "the guest has disabled migration: it wrote 0 to MSR_KVM_MIGRATION_CONTROL"
                                + " (0x4b564d08), so its list of shared pages may be out of date"
                        : "the guest has not enabled migration: it wrote no 1 to"
                                + " MSR_KVM_MIGRATION_CONTROL (0x4b564d08), so nobody knows which of"
                                + " its pages are shared");
    }

    /** What the guest has written to MSR_KVM_MIGRATION_CONTROL: goes along with a migration. */
    public boolean ready() {
        return control.ready();
    }

    /** Takes over what a guest that arrives had said. */
    public void restore(boolean ready) {
        control.write(ready ? 1 : 0);
        wasReady |= ready;
    }

    /** The machine is reset: all pages are private again, and the guest has said nothing. */
    public void reset() {
        wasReady = false;
        var before = regions.snapshot();
        control.reset();
        if (!before.isEmpty()) {
            listener.changed(before.toList());
        }
    }
}
