package dev.ferry.vmm.memory;

import org.jspecify.annotations.Nullable;

/**
 * An {@link AddressSpace} as one vCPU sees it: with its own local APIC over everything else.
 *
 * <p>{@link #watchCode} may have to wait for other vCPUs; a vCPU that calls it counts as stopped,
 * as in {@link #load}.
 */
public final class VcpuMemory implements PhysicalMemory {

    private record LocalApic(long page, MmioDevice device) {}

    private final AddressSpace space;
    private final int number;
    private volatile StrayAccess stray = StrayAccess.IGNORED;
    private volatile @Nullable LocalApic apic;

    VcpuMemory(AddressSpace space, int number) {
        this.space = space;
        this.number = number;
    }

    /** What this is a view of. */
    public AddressSpace space() {
        return space;
    }

    /** Who is told about accesses that lead nowhere. */
    public void onStray(StrayAccess told) {
        stray = told;
    }

    /**
     * Puts the local APIC at an address, which the vCPU's APIC base register says, or away from
     * where it was.
     *
     * @param page a multiple of {@link #PAGE_BYTES}
     * @param device null while it is disabled
     */
    public void localApic(long page, @Nullable MmioDevice device) {
        if ((page & (PAGE_BYTES - 1)) != 0) {
            throw new IllegalArgumentException("local APIC at 0x" + Long.toHexString(page));
        }
        LocalApic old = apic;
        apic = device == null ? null : new LocalApic(page, device);
        boolean moved = old == null ? device != null : device == null || old.page != page;
        if (moved) {
            space.owners.dropOf(this);
        }
    }

    @Override
    public long readable(long page, boolean encrypted) {
        FlatRange range = space.map.find(page);
        if (range == null || !range.readsPage(page) || apicAt(page) != null) {
            return 0;
        }
        PrivatePages engine = space.privatePages;
        if (engine != null && PrivatePages.concerns(range)) {
            return engine.direct(range, range.memory(), page, encrypted, false);
        }
        return page + range.bias;
    }

    @Override
    public long writable(long page, boolean encrypted) {
        FlatRange range = space.map.find(page);
        if (range == null || !range.writes || !range.readsPage(page) || apicAt(page) != null) {
            return 0;
        }
        RamBlock block = range.memory();
        long index = range.blockPage(page);
        if (block.watch().watched(index)) {
            return 0;
        }
        PrivatePages engine = space.privatePages;
        long host = page + range.bias;
        if (engine != null && PrivatePages.concerns(range)) {
            host = engine.direct(range, block, page, encrypted, true);
            if (host == 0) {
                return 0;
            }
        }
        block.dirtyLog().markAhead(index);
        return host;
    }

    @Override
    public long load(long address, int size, boolean encrypted) {
        MmioDevice local = apicAt(address);
        if (local != null) {
            return space.deviceLoad(local, address & (PAGE_BYTES - 1), size);
        }
        FlatMap map = space.map;
        if (map.rest(address) < size) {
            return loadBytes(address, size, encrypted);
        }
        FlatRange range = map.find(address);
        if (range == null) {
            stray(StrayAccess.Kind.LOAD_FROM_NOWHERE, address, size);
            return HostBytes.low(-1, size);
        }
        if (!range.reads) {
            return space.deviceLoad(
                    range.behind(), range.deviceOffset + address - range.start, size);
        }
        PrivatePages engine = space.privatePages;
        if (engine != null && PrivatePages.concerns(range)) {
            return engine.load(range, range.memory(), address, size, encrypted);
        }
        return HostBytes.load(address + range.bias, size);
    }

    @Override
    public void store(long address, int size, long value, boolean encrypted) {
        MmioDevice local = apicAt(address);
        if (local != null) {
            space.deviceStore(local, address & (PAGE_BYTES - 1), size, value);
            return;
        }
        FlatMap map = space.map;
        if (map.rest(address) < size) {
            for (int i = 0; i < size; i++) {
                store(address + i, 1, value >>> (8 * i), encrypted);
            }
            return;
        }
        FlatRange range = map.find(address);
        if (range == null) {
            stray(StrayAccess.Kind.STORE_TO_NOWHERE, address, size);
        } else if (range.writes) {
            storeToMemory(range, address, size, value, encrypted);
        } else if (range.storesToDevice()) {
            space.deviceStore(
                    range.behind(), range.deviceOffset + address - range.start, size, value);
        } else {
            stray(StrayAccess.Kind.STORE_TO_ROM, address, size);
        }
    }

    private void storeToMemory(
            FlatRange range, long address, int size, long value, boolean encrypted) {
        PrivatePages engine = space.privatePages;
        RamBlock block = range.memory();
        if (engine != null && PrivatePages.concerns(range)) {
            engine.store(range, block, address, size, value, encrypted);
        } else {
            HostBytes.store(address + range.bias, size, value);
        }
        space.written(block, address - range.start + range.blockOffset, size);
    }

    @Override
    public void watchCode(long page) {
        FlatRange range = space.map.find(page);
        if (range != null
                && range.readsPage(page)
                && range.memory().watch().watch(range.blockPage(page), number)) {
            space.owners.dropOthers(this);
        }
    }

    @Override
    public void unwatchCode(long page) {
        FlatRange range = space.map.find(page);
        if (range != null && range.readsPage(page)) {
            range.memory().watch().unwatch(range.blockPage(page), number);
        }
    }

    @Override
    public void add(TlbOwner owner) {
        space.owners.add(owner, this);
    }

    @Override
    public void remove(TlbOwner owner) {
        space.owners.remove(owner);
    }

    private @Nullable MmioDevice apicAt(long address) {
        LocalApic local = apic;
        return local != null && local.page == (address & -PAGE_BYTES) ? local.device : null;
    }

    private long loadBytes(long address, int size, boolean encrypted) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = (value << 8) | load(address + i, 1, encrypted);
        }
        return value;
    }

    private void stray(StrayAccess.Kind what, long address, int size) {
        if (space.strayPages.first(what, address)) {
            stray.seen(what, address, size);
        }
    }
}
