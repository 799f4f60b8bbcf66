package dev.ferry.vmm.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Encryption in name only, which keeps plaintext as the real engine does. */
final class XorEngine implements PrivateMemory {

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;

    private final AddressSpace space;
    private final long key;
    private final Map<Long, MemorySegment> plaintexts = new HashMap<>();
    private final Map<Long, Long> homes = new HashMap<>();
    private final Set<Long> stored = new HashSet<>();

    XorEngine(AddressSpace space, long key) {
        this.space = space;
        this.key = key;
    }

    @Override
    public synchronized long plaintext(long page, long ram, boolean writing) {
        if (writing) {
            stored.add(page);
        }
        homes.put(page, ram);
        return plaintexts.computeIfAbsent(page, _ -> decrypt(ram)).address();
    }

    private MemorySegment decrypt(long ram) {
        MemorySegment plain = Arena.ofAuto().allocate(PAGE, 64);
        copy(ram, plain.address());
        return plain;
    }

    @Override
    public void writeBack(long page, long length) {
        Set<Long> pages = new HashSet<>();
        synchronized (this) {
            for (long each = page; each < page + length; each += PAGE) {
                if (stored.remove(each)) {
                    pages.add(each);
                }
            }
        }
        if (!pages.isEmpty()) {
            space.dropAddresses(false);
        }
        synchronized (this) {
            for (long each : pages) {
                MemorySegment plain = plaintexts.get(each);
                Long home = homes.get(each);
                if (plain != null && home != null) {
                    copy(plain.address(), home);
                }
            }
        }
    }

    @Override
    public synchronized void discard(long page, long length) {
        for (long each = page; each < page + length; each += PAGE) {
            plaintexts.remove(each);
            stored.remove(each);
        }
    }

    private void copy(long from, long to) {
        for (int i = 0; i < PAGE; i += 8) {
            HostMemory.putLong(to + i, HostMemory.getLong(from + i) ^ key);
        }
    }
}
