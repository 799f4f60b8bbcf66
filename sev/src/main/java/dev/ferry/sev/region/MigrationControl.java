package dev.ferry.sev.region;

/**
 * What a guest tells its host about being migrated: the model-specific register
 * MSR_KVM_MIGRATION_CONTROL, and with it the list of shared regions.
 *
 * <pre>
 *  bit 0  KVM_MIGRATION_READY: the list is kept up to date, so the guest may be migrated
 *  else   reserved, 0
 * </pre>
 *
 * A Linux guest writes 1 when it is up and knows that the firmware has kept the list as well, and 0
 * when it reboots, crashes, starts another kernel or takes a CPU away. The new kernel makes all its
 * memory private with {@link MapGpaRange}, whatever the list was; a reset does the same here.
 * Source: Linux Documentation/virt/kvm/x86/msr.rst, arch/x86/kernel/kvm.c.
 */
public final class MigrationControl {

    /** The register's number. */
    public static final int MSR_KVM_MIGRATION_CONTROL = 0x4b564d08;

    private static final long KVM_MIGRATION_READY = 1;

    private final SharedRegions regions;
    private volatile long value;

    /** Of a guest with encrypted memory that has not said anything: it may not be migrated. */
    public MigrationControl(SharedRegions regions) {
        this.regions = regions;
    }

    /** Whether the guest may be migrated. */
    public boolean ready() {
        return (value & KVM_MIGRATION_READY) != 0;
    }

    /** RDMSR. */
    public long read() {
        return value;
    }

    /**
     * WRMSR.
     *
     * @return false for a value with reserved bits: nothing changes, and the vCPU gets a #GP
     */
    public boolean write(long newValue) {
        if ((newValue & ~KVM_MIGRATION_READY) != 0) {
            return false;
        }
        value = newValue;
        return true;
    }

    /** A reset of the machine: not ready, and all pages private again. */
    public void reset() {
        value = 0;
        regions.clear();
    }
}
