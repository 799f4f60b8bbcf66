package dev.ferry.vmm.memory;

import java.util.HashSet;
import java.util.Set;

/** Pages whose stray accesses were reported: no guest can flood a log with them. */
final class StrayPages {

    /** Reports, altogether. Who wants to know has seen enough by then. */
    private static final int LIMIT = 256;

    private final Set<Long> stores = new HashSet<>();
    private final Set<Long> loads = new HashSet<>();

    /** Whether this one is to be reported. */
    synchronized boolean first(StrayAccess.Kind what, long address) {
        Set<Long> seen = what == StrayAccess.Kind.LOAD_FROM_NOWHERE ? loads : stores;
        return seen.size() < LIMIT && seen.add(address / PhysicalMemory.PAGE_BYTES);
    }
}
