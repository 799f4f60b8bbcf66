package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Memory by linear address: the translation cache and what happens when it misses.
 *
 * <p>There is one table for each of load and store at each of supervisor and user level; at an even
 * place the linear page, at the odd one after it what makes a host address of a linear one. An
 * access that crosses a page never hits, since the page of its last byte is what is compared.
 *
 * <p>Other threads take addresses back with {@link #requestDrop}: they count up {@link
 * #dropsWanted} and wait until the vCPU has flushed or is outside the guest, and the vCPU looks
 * each time it comes in. Both sides store, fence, then load.
 */
abstract class GuestMemory extends FlagState {

    static final long PAGE = ~0xfffL;
    private static final int INDEX = 511;

    /** Matches no page. */
    private static final long NONE = 1;

    final PhysicalMemory memory;

    private final long[] supervisorRead = table();
    private final long[] supervisorWrite = table();
    private final long[] userRead = table();
    private final long[] userWrite = table();
    private long[] readTlb = supervisorRead;
    private long[] writeTlb = supervisorWrite;
    private boolean user;

    /** Where the last miss led: the physical page, and whether through the encryption engine. */
    private long physicalPage;

    private boolean encrypted;
    private int flushes;

    /** Taken by locked accesses that no host instruction can do: unaligned, or not RAM. */
    private final Object busLock;

    private static final VarHandle DROPS_WANTED;

    static {
        try {
            DROPS_WANTED =
                    MethodHandles.lookup()
                            .findVarHandle(GuestMemory.class, "dropsWanted", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through the handle
    private volatile int dropsWanted;

    private volatile int dropsDone;
    private volatile boolean inGuest;

    GuestMemory(PhysicalMemory memory, Object busLock) {
        this.memory = memory;
        this.busLock = busLock;
    }

    /**
     * Translates, or throws a page fault.
     *
     * @return physical address of the page
     */
    abstract long translate(long linear, Access access, boolean asUser);

    /** Whether the last {@link #translate} led through the encryption engine. */
    abstract boolean translatedEncrypted();

    private static long[] table() {
        long[] table = new long[2 * (INDEX + 1)];
        Arrays.fill(table, NONE);
        return table;
    }

    /** User or supervisor rights from now on. */
    final void userAccess(boolean asUser) {
        user = asUser;
        readTlb = asUser ? userRead : supervisorRead;
        writeTlb = asUser ? userWrite : supervisorWrite;
    }

    final boolean userAccess() {
        return user;
    }

    /** Forgets all translations. */
    void flushTlb() {
        flushes++;
        Arrays.fill(supervisorRead, NONE);
        Arrays.fill(supervisorWrite, NONE);
        Arrays.fill(userRead, NONE);
        Arrays.fill(userWrite, NONE);
    }

    /** Counts up whenever host addresses were forgotten. */
    final int flushes() {
        return flushes;
    }

    /** What locked accesses are made one at a time with where the host has no instruction. */
    final Object busLock() {
        return busLock;
    }

    final void flushPage(long linear) {
        int i = index(linear);
        supervisorRead[i] = NONE;
        supervisorWrite[i] = NONE;
        userRead[i] = NONE;
        userWrite[i] = NONE;
    }

    private static int index(long linear) {
        return ((int) (linear >>> 12) & INDEX) << 1;
    }

    // ---- coming and going -----------------------------------------------------------------

    /** From here on nobody waits for this vCPU. */
    final void leaveGuest() {
        inGuest = false;
    }

    /**
     * Back to guest code.
     *
     * @return whether addresses had to be dropped
     */
    final boolean enterGuest() {
        inGuest = true;
        return dropWanted();
    }

    /** Drops addresses if somebody waits for that. */
    final boolean dropWanted() {
        int wanted = dropsWanted;
        if (wanted == dropsDone) {
            return false;
        }
        flushTlb();
        dropsDone = wanted;
        return true;
    }

    /** {@link dev.ferry.vmm.memory.TlbOwner#dropAddresses} from a thread that is not the vCPU's. */
    final void requestDrop() {
        int mine = (int) DROPS_WANTED.getAndAdd(this, 1) + 1;
        interruptBlock();
        while (inGuest && dropsDone - mine < 0) {
            Thread.onSpinWait();
        }
    }

    /** Makes the vCPU look around at the end of the block it is in. */
    abstract void interruptBlock();

    // ---- loads ----------------------------------------------------------------------------

    final int load8(long linear) {
        long[] tlb = readTlb;
        int i = index(linear);
        if (tlb[i] == (linear & PAGE)) {
            return HostMemory.getByte(tlb[i + 1] + linear) & 0xff;
        }
        return (int) slowLoad(linear, 1);
    }

    final int load16(long linear) {
        long[] tlb = readTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 1 & PAGE)) {
            return HostMemory.getShort(tlb[i + 1] + linear) & 0xffff;
        }
        return (int) slowLoad(linear, 2);
    }

    final int load32(long linear) {
        long[] tlb = readTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 3 & PAGE)) {
            return HostMemory.getInt(tlb[i + 1] + linear);
        }
        return (int) slowLoad(linear, 4);
    }

    /** Both halves of {@code into}, or none if there is a fault. */
    final void load128(long linear, long[] into, int at) {
        long[] tlb = readTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 15 & PAGE)) {
            long host = tlb[i + 1] + linear;
            into[at] = HostMemory.getLong(host);
            into[at + 1] = HostMemory.getLong(host + 8);
        } else {
            long low = load64(linear);
            into[at + 1] = load64(wrap(linear + 8));
            into[at] = low;
        }
    }

    final long load64(long linear) {
        long[] tlb = readTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 7 & PAGE)) {
            return HostMemory.getLong(tlb[i + 1] + linear);
        }
        return slowLoad(linear, 8);
    }

    /** Zero-extended. */
    final long load(long linear, int size) {
        return switch (size) {
            case 1 -> load8(linear);
            case 2 -> load16(linear);
            case 4 -> load32(linear) & 0xffffffffL;
            default -> load64(linear);
        };
    }

    /** With supervisor's rights: descriptor tables, task state segments. */
    final long systemLoad(long linear, int size) {
        boolean was = user;
        userAccess(false);
        try {
            return load(linear, size);
        } finally {
            userAccess(was);
        }
    }

    private long slowLoad(long linear, int size) {
        int inPage = 4096 - (int) (linear & 0xfff);
        if (size > inPage) {
            long value = 0;
            for (int k = 0; k < size; k++) {
                value |= (long) load8(wrap(linear + k)) << (8 * k);
            }
            return value;
        }
        long host = fill(linear, Access.READ);
        if (host == 0) {
            leaveGuest();
            try {
                return memory.load(physicalPage | (linear & 0xfff), size, encrypted);
            } finally {
                enterGuest();
            }
        }
        long address = host + (linear & 0xfff);
        return switch (size) {
            case 1 -> HostMemory.getByte(address) & 0xff;
            case 2 -> HostMemory.getShort(address) & 0xffff;
            case 4 -> HostMemory.getInt(address) & 0xffffffffL;
            default -> HostMemory.getLong(address);
        };
    }

    // ---- stores ---------------------------------------------------------------------------

    final void store8(long linear, int value) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear & PAGE)) {
            HostMemory.putByte(tlb[i + 1] + linear, (byte) value);
        } else {
            slowStore(linear, 1, value);
        }
    }

    final void store16(long linear, int value) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 1 & PAGE)) {
            HostMemory.putShort(tlb[i + 1] + linear, (short) value);
        } else {
            slowStore(linear, 2, value);
        }
    }

    final void store32(long linear, int value) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 3 & PAGE)) {
            HostMemory.putInt(tlb[i + 1] + linear, value);
        } else {
            slowStore(linear, 4, value);
        }
    }

    final void store64(long linear, long value) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 7 & PAGE)) {
            HostMemory.putLong(tlb[i + 1] + linear, value);
        } else {
            slowStore(linear, 8, value);
        }
    }

    /** Both halves of {@code from}, or none if there is a fault. */
    final void store128(long linear, long[] from, int at) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 15 & PAGE)) {
            long host = tlb[i + 1] + linear;
            HostMemory.putLong(host, from[at]);
            HostMemory.putLong(host + 8, from[at + 1]);
        } else {
            probeStore(linear, 16);
            store64(linear, from[at]);
            store64(wrap(linear + 8), from[at + 1]);
        }
    }

    final void store(long linear, int size, long value) {
        switch (size) {
            case 1 -> store8(linear, (int) value);
            case 2 -> store16(linear, (int) value);
            case 4 -> store32(linear, (int) value);
            default -> store64(linear, value);
        }
    }

    /** With supervisor's rights. */
    final void systemStore(long linear, int size, long value) {
        boolean was = user;
        userAccess(false);
        try {
            store(linear, size, value);
        } finally {
            userAccess(was);
        }
    }

    /** Throws the fault that a store would meet, before anything has been changed. */
    final void probeStore(long linear, int size) {
        if (writeTlb[index(linear)] != (linear + size - 1 & PAGE)) {
            fill(linear, Access.WRITE);
            if ((linear & 0xfff) + size > 4096) {
                fill(wrap((linear & PAGE) + 4096), Access.WRITE);
            }
        }
    }

    private void slowStore(long linear, int size, long value) {
        int inPage = 4096 - (int) (linear & 0xfff);
        if (size > inPage) {
            probeStore(linear, size);
            for (int k = 0; k < size; k++) {
                store8(wrap(linear + k), (int) (value >>> (8 * k)));
            }
            return;
        }
        long host = fill(linear, Access.WRITE);
        if (host == 0) {
            leaveGuest();
            try {
                memory.store(physicalPage | (linear & 0xfff), size, value, encrypted);
            } finally {
                enterGuest();
            }
            return;
        }
        long address = host + (linear & 0xfff);
        switch (size) {
            case 1 -> HostMemory.putByte(address, (byte) value);
            case 2 -> HostMemory.putShort(address, (short) value);
            case 4 -> HostMemory.putInt(address, (int) value);
            default -> HostMemory.putLong(address, value);
        }
    }

    // ---- load, modify, store --------------------------------------------------------------

    /**
     * Loads what will be stored to, so that the store cannot fault any more. A page that is absent
     * faults as for a load: so QEMU's translator has it, while processors report a store.
     */
    final long loadForStore(long linear, int size) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + size - 1 & PAGE)) {
            return direct(tlb[i + 1] + linear, size);
        }
        long value = load(linear, size);
        probeStore(linear, size);
        return value;
    }

    /** Loads what a locked instruction will store to: faults are those of a store. */
    final long loadLocked(long linear, int size) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + size - 1 & PAGE)) {
            return direct(tlb[i + 1] + linear, size);
        }
        probeStore(linear, size);
        return load(linear, size);
    }

    private static long direct(long address, int size) {
        return switch (size) {
            case 1 -> HostMemory.getByte(address) & 0xff;
            case 2 -> HostMemory.getShort(address) & 0xffff;
            case 4 -> HostMemory.getInt(address) & 0xffffffffL;
            default -> HostMemory.getLong(address);
        };
    }

    /** As {@link #loadForStore} of four bytes. */
    final int load32ForStore(long linear) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 3 & PAGE)) {
            return HostMemory.getInt(tlb[i + 1] + linear);
        }
        return (int) loadForStore(linear, 4);
    }

    /** As {@link #loadForStore} of eight bytes. */
    final long load64ForStore(long linear) {
        long[] tlb = writeTlb;
        int i = index(linear);
        if (tlb[i] == (linear + 7 & PAGE)) {
            return HostMemory.getLong(tlb[i + 1] + linear);
        }
        return loadForStore(linear, 8);
    }

    /**
     * Stores if the old value is still there, in one step as other vCPUs see it.
     *
     * @param expected zero-extended
     */
    final boolean compareAndSet(long linear, int size, long expected, long value) {
        long host = 0;
        if ((linear & size - 1) == 0) {
            int i = index(linear);
            host = writeTlb[i] == (linear & PAGE) ? writeTlb[i + 1] + linear : hostForStore(linear);
        }
        if (host == 0) {
            synchronized (busLock) {
                if (loadLocked(linear, size) != expected) {
                    return false;
                }
                store(linear, size, value);
                return true;
            }
        }
        if (size == 8) {
            return HostMemory.LONG_ATOMIC.compareAndSet(HostMemory.ALL, host, expected, value);
        }
        long word = host & ~3;
        int at = (int) (host & 3) * 8;
        int mask = (int) (0xffffffffL >>> (32 - 8 * size)) << at;
        while (true) {
            int old = (int) HostMemory.INT_ATOMIC.getVolatile(HostMemory.ALL, word);
            if ((old & mask) >>> at != (int) expected) {
                return false;
            }
            int changed = (old & ~mask) | ((int) value << at & mask);
            if (HostMemory.INT_ATOMIC.compareAndSet(HostMemory.ALL, word, old, changed)) {
                return true;
            }
        }
    }

    private long hostForStore(long linear) {
        long host = fill(linear, Access.WRITE);
        return host == 0 ? 0 : host + (linear & 0xfff);
    }

    /** Host address for a run of stores in one page, or 0. */
    final long writableRun(long linear) {
        int i = index(linear);
        return writeTlb[i] == (linear & PAGE) ? writeTlb[i + 1] + linear : hostForStore(linear);
    }

    /** Host address for a run of loads in one page, or 0. */
    final long readableRun(long linear) {
        int i = index(linear);
        if (readTlb[i] == (linear & PAGE)) {
            return readTlb[i + 1] + linear;
        }
        long host = fill(linear, Access.READ);
        return host == 0 ? 0 : host + (linear & 0xfff);
    }

    // ---- misses ---------------------------------------------------------------------------

    /** Linear addresses that wrap around, as they do outside 64-bit mode. */
    abstract long wrap(long linear);

    /**
     * Translates, asks for the host address and keeps it.
     *
     * @return host address of the page, 0 if it has none
     */
    private long fill(long linear, Access access) {
        long host;
        do {
            // From inside the guest: nobody takes back an address that the walk reads through.
            physicalPage = translate(linear, access, user);
            encrypted = translatedEncrypted();
            leaveGuest();
            boolean dropped;
            try {
                host =
                        access == Access.WRITE
                                ? memory.writable(physicalPage, encrypted)
                                : memory.readable(physicalPage, encrypted);
            } finally {
                dropped = enterGuest();
            }
            if (!dropped) {
                break;
            }
        } while (true);
        if (host != 0) {
            long[] tlb = access == Access.WRITE ? writeTlb : readTlb;
            int i = index(linear);
            tlb[i] = linear & PAGE;
            tlb[i + 1] = host - (linear & PAGE);
        }
        return host;
    }
}
