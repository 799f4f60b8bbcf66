package dev.ferry.sev.stream;

import org.jspecify.annotations.Nullable;

/**
 * What RAM flag 0x200 means in a stream. AMD published four branches of QEMU with SEV live
 * migration; their page records are the same, and all but the first send a list of shared regions.
 * Upstream QEMU gave the flag another meaning in release 8.1.
 */
public enum Dialect {
    /** QEMU's own releases: MULTIFD_FLUSH. */
    UPSTREAM("upstream", Status.NONE),
    /** AMD branch sev-migration-v1, QEMU 5.0.50: bitmaps of encrypted pages. */
    AMD_SEV_V1("amd-sev-v1", Status.BITMAP),
    /** AMD branch sev_shared_regions_list, QEMU 5.2.50. */
    AMD_SEV_REGIONS("amd-sev-regions", Status.LIST),
    /** AMD branch sev_live_migration_v4, QEMU 6.0.90; what is assumed of an unknown sender. */
    AMD_SEV_V4("amd-sev-v4", Status.LIST),
    /** AMD branch sev_live_migration_v4_1, QEMU 6.0.91. */
    AMD_SEV_V4_1("amd-sev-v4.1", Status.LIST);

    /** How a stream tells which pages are shared. */
    public enum Status {
        /** Not at all. */
        NONE,
        /** By a bitmap for each memory slot, a set bit meaning encrypted. */
        BITMAP,
        /** By ranges of page frames that are shared. */
        LIST
    }

    private final String code;
    private final Status status;

    Dialect(String code, Status status) {
        this.code = code;
        this.status = status;
    }

    /** Its name in options and JSON. */
    public String code() {
        return code;
    }

    /** How it tells which pages are shared. */
    public Status status() {
        return status;
    }

    /** The dialect of that name, or null. */
    public static @Nullable Dialect of(String code) {
        for (Dialect dialect : values()) {
            if (dialect.code.equals(code)) {
                return dialect;
            }
        }
        return null;
    }
}
