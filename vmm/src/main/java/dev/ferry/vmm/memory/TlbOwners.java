package dev.ferry.vmm.memory;

import org.jspecify.annotations.Nullable;

/** All translation caches of an address space. */
final class TlbOwners {

    private record Entry(TlbOwner owner, VcpuMemory view) {}

    private volatile Entry[] entries = {};

    synchronized void add(TlbOwner owner, VcpuMemory view) {
        Entry[] now = new Entry[entries.length + 1];
        System.arraycopy(entries, 0, now, 0, entries.length);
        now[entries.length] = new Entry(owner, view);
        entries = now;
    }

    synchronized void remove(TlbOwner owner) {
        Entry[] old = entries;
        for (int i = 0; i < old.length; i++) {
            if (old[i].owner == owner) {
                Entry[] now = new Entry[old.length - 1];
                System.arraycopy(old, 0, now, 0, i);
                System.arraycopy(old, i + 1, now, i, now.length - i);
                entries = now;
                return;
            }
        }
    }

    void drop(boolean all) {
        for (Entry entry : entries) {
            entry.owner.dropAddresses(all);
        }
    }

    void dropOthers(@Nullable VcpuMemory but) {
        for (Entry entry : entries) {
            if (entry.view != but) {
                entry.owner.dropAddresses(false);
            }
        }
    }

    void dropOf(VcpuMemory view) {
        for (Entry entry : entries) {
            if (entry.view == view) {
                entry.owner.dropAddresses(true);
            }
        }
    }

    void codeWritten(long address, int length) {
        for (Entry entry : entries) {
            entry.owner.codeWritten(address, length);
        }
    }
}
