package dev.ferry.vmm.memory;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a page from being seen both ways at once, with the C-bit and without: the two would not
 * agree. A page changes sides when it is accessed the other way, which gives every address of it
 * back first; hence it happens in {@link VcpuMemory#load} and {@link VcpuMemory#store} only, where
 * nobody waits for the vCPU.
 */
final class PrivatePages {

    private final PrivateMemory engine;
    private final TlbOwners owners;

    /** Held while a page changes sides, and by slow accesses, lest it does so under them. */
    private final ReentrantLock sides = new ReentrantLock();

    PrivatePages(PrivateMemory engine, TlbOwners owners) {
        this.engine = engine;
        this.owners = owners;
    }

    /** The engine does not meddle with ROM, nor with flash. */
    static boolean concerns(FlatRange range) {
        return range.block != null && range.block.mayBePrivate();
    }

    /** The host address for direct accesses, or 0 if the page is on the other side. */
    long direct(FlatRange range, RamBlock block, long page, boolean encrypted, boolean writing) {
        PrivateState state = block.privateState();
        long index = range.blockPage(page);
        long ram = page + range.bias;
        if (encrypted) {
            return state.held.get(index) ? engine.cached(page, ram, writing) : 0;
        }
        // First said, then asked: whoever takes the page to the other side asks after saying.
        if (!state.bare.get(index)) {
            state.bare.set(index);
        }
        return state.held.get(index) ? 0 : ram;
    }

    long load(FlatRange range, RamBlock block, long address, int size, boolean encrypted) {
        sides.lock();
        try {
            return HostBytes.load(host(range, block, address, encrypted, false), size);
        } finally {
            sides.unlock();
        }
    }

    void store(
            FlatRange range,
            RamBlock block,
            long address,
            int size,
            long value,
            boolean encrypted) {
        sides.lock();
        try {
            HostBytes.store(host(range, block, address, encrypted, true), size, value);
        } finally {
            sides.unlock();
        }
    }

    /** Runs something that accesses bytes of RAM as the host, who sees ciphertext. */
    void bare(FlatRange range, RamBlock block, long address, long length, Runnable access) {
        sides.lock();
        try {
            long last = (address + length - 1) & -PhysicalMemory.PAGE_BYTES;
            for (long page = address & -PhysicalMemory.PAGE_BYTES;
                    page <= last;
                    page += PhysicalMemory.PAGE_BYTES) {
                toBare(block.privateState(), range.blockPage(page), page);
            }
            access.run();
        } finally {
            sides.unlock();
        }
    }

    /** Has the engine write back what it holds of these pages. */
    void writeBack(FlatRange range, RamBlock block, long from, long to) {
        PrivateState state = block.privateState();
        sides.lock();
        try {
            long start = -1;
            for (long page = from; page < to; page += PhysicalMemory.PAGE_BYTES) {
                boolean held = state.held.get(range.blockPage(page));
                if (held && start < 0) {
                    start = page;
                } else if (!held && start >= 0) {
                    engine.writeBack(start, page - start);
                    start = -1;
                }
            }
            if (start >= 0) {
                engine.writeBack(start, to - start);
            }
        } finally {
            sides.unlock();
        }
    }

    private long host(
            FlatRange range, RamBlock block, long address, boolean encrypted, boolean writing) {
        long page = address & -PhysicalMemory.PAGE_BYTES;
        long index = range.blockPage(page);
        PrivateState state = block.privateState();
        long ram = page + range.bias;
        long inPage = address - page;
        if (encrypted) {
            toHeld(state, index, page);
            return engine.plaintext(page, ram, writing) + inPage;
        }
        toBare(state, index, page);
        return ram + inPage;
    }

    private void toHeld(PrivateState state, long index, long page) {
        if (state.held.get(index)) {
            return;
        }
        engine.discard(page, PhysicalMemory.PAGE_BYTES);
        state.held.set(index);
        if (state.bare.clear(index)) {
            owners.drop(true);
        }
    }

    private void toBare(PrivateState state, long index, long page) {
        if (state.held.clear(index)) {
            owners.drop(true);
            engine.writeBack(page, PhysicalMemory.PAGE_BYTES);
            engine.discard(page, PhysicalMemory.PAGE_BYTES);
        }
    }
}
