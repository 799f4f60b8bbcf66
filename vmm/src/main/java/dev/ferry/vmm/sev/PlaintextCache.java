package dev.ferry.vmm.sev;

import dev.ferry.sev.firmware.MemoryEncryption;
import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.PhysicalMemory;
import dev.ferry.vmm.memory.PrivateMemory;
import dev.ferry.vmm.memory.RamBlock;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Plaintext of the private pages that vCPUs are working on, in memory that is no guest's RAM: what
 * the caches behind a memory controller with encryption hold. vCPUs' translation caches point into
 * it, so that private pages are as fast as any.
 *
 * <p>A page comes in when it is accessed and is not there, is encrypted back when the host wants to
 * look at RAM, and goes out when there is no room for another: then a part of all pages goes at
 * once, those first that were not asked for lately. What goes is zeroed.
 *
 * <p>{@link #cached} is for any thread; everything else is called by one at a time, which {@link
 * dev.ferry.vmm.memory.AddressSpace} sees to.
 */
final class PlaintextCache implements PrivateMemory, AutoCloseable {

    /** What vCPUs have been given. */
    @FunctionalInterface
    interface Addresses {
        /** Takes back those for stores, or all. */
        void drop(boolean all);
    }

    private static final int PAGE = PhysicalMemory.PAGE_BYTES;
    private static final int PAGE_SHIFT = 12;

    /** One page in so many goes out when there is no room. */
    private static final int PART = 16;

    private final MemoryEncryption engine;
    private final Addresses addresses;
    private final RamBlock memory;
    private final int capacity;
    private final FrameTable slots;

    /** Of each slot: frame, host address of its page in RAM. */
    private final long[] frames;

    private final long[] rams;

    /** Of each slot: whether there may be stores that RAM does not have. */
    private final AtomicIntegerArray written;

    /** Of each slot: whether it was asked for since the last round. */
    private final byte[] asked;

    private final int[] free;
    private int freeSlots;
    private int hand;
    private final byte[] page = new byte[PAGE];
    private int[] batch = new int[64];

    /**
     * An empty one.
     *
     * @param frameLimit guest-physical memory ends before this frame
     * @param capacity most pages
     * @param addresses that vCPUs have been given
     */
    PlaintextCache(MemoryEncryption engine, long frameLimit, int capacity, Addresses addresses)
            throws IOException {
        this.engine = engine;
        this.addresses = addresses;
        this.capacity = capacity;
        memory = new RamBlock("plaintext", (long) capacity * PAGE);
        slots = new FrameTable(frameLimit);
        frames = new long[capacity];
        rams = new long[capacity];
        written = new AtomicIntegerArray(capacity);
        asked = new byte[capacity];
        free = new int[capacity];
        Arrays.fill(frames, FrameTable.NONE);
        for (int slot = capacity - 1; slot >= 0; slot--) {
            free[freeSlots++] = slot;
        }
    }

    @Override
    public long cached(long gpa, long ram, boolean writing) {
        int slot = slots.get(gpa >>> PAGE_SHIFT);
        return slot == FrameTable.NONE ? 0 : address(slot, writing);
    }

    @Override
    public synchronized long plaintext(long gpa, long ram, boolean writing) {
        long frame = gpa >>> PAGE_SHIFT;
        int slot = slots.get(frame);
        if (slot == FrameTable.NONE) {
            if (freeSlots == 0) {
                evict();
            }
            slot = free[--freeSlots];
            decrypt(gpa, ram, slot);
            frames[slot] = frame;
            rams[slot] = ram;
            written.set(slot, 0);
            slots.put(frame, slot);
        }
        return address(slot, writing);
    }

    private long address(int slot, boolean writing) {
        asked[slot] = 1;
        if (writing) {
            // Before the address is given: who clears it takes addresses back afterwards.
            written.set(slot, 1);
        }
        return memory.address() + (long) slot * PAGE;
    }

    @Override
    public synchronized void writeBack(long gpa, long length) {
        int found = 0;
        long end = (gpa + length) >>> PAGE_SHIFT;
        for (long frame = slots.next(gpa >>> PAGE_SHIFT, end); frame < end; ) {
            int slot = slots.get(frame);
            if (slot != FrameTable.NONE && written.compareAndSet(slot, 1, 0)) {
                found = collect(found, slot);
            }
            frame = slots.next(frame + 1, end);
        }
        if (found > 0) {
            addresses.drop(false);
            for (int i = 0; i < found; i++) {
                encrypt(batch[i]);
            }
        }
    }

    @Override
    public synchronized void discard(long gpa, long length) {
        long end = (gpa + length) >>> PAGE_SHIFT;
        for (long frame = slots.next(gpa >>> PAGE_SHIFT, end); frame < end; ) {
            int slot = slots.get(frame);
            if (slot != FrameTable.NONE) {
                slots.remove(frame);
                release(slot);
            }
            frame = slots.next(frame + 1, end);
        }
    }

    /** Makes room. Nobody finds the pages that go before their addresses are taken back. */
    private void evict() {
        int wanted = Math.max(1, capacity / PART);
        int found = 0;
        for (int looked = 0; found < wanted && looked < 2 * capacity; looked++) {
            int slot = hand;
            hand = hand + 1 == capacity ? 0 : hand + 1;
            if (frames[slot] == FrameTable.NONE || slots.get(frames[slot]) != slot) {
                continue;
            }
            if (asked[slot] != 0) {
                asked[slot] = 0;
            } else {
                slots.remove(frames[slot]);
                found = collect(found, slot);
            }
        }
        addresses.drop(true);
        for (int i = 0; i < found; i++) {
            int slot = batch[i];
            if (written.get(slot) != 0) {
                encrypt(slot);
            }
            release(slot);
        }
    }

    private int collect(int found, int slot) {
        if (found == batch.length) {
            batch = Arrays.copyOf(batch, 2 * found);
        }
        batch[found] = slot;
        return found + 1;
    }

    private void release(int slot) {
        segment(slot).fill((byte) 0);
        frames[slot] = FrameTable.NONE;
        asked[slot] = 0;
        free[freeSlots++] = slot;
    }

    private void decrypt(long gpa, long ram, int slot) {
        MemorySegment.copy(HostMemory.ALL, ValueLayout.JAVA_BYTE, ram, page, 0, PAGE);
        engine.decrypt(gpa, page, 0, PAGE);
        MemorySegment.copy(
                page, 0, memory.segment(), ValueLayout.JAVA_BYTE, (long) slot * PAGE, PAGE);
        Arrays.fill(page, (byte) 0);
    }

    private void encrypt(int slot) {
        MemorySegment.copy(
                memory.segment(), ValueLayout.JAVA_BYTE, (long) slot * PAGE, page, 0, PAGE);
        engine.encrypt(frames[slot] << PAGE_SHIFT, page, 0, PAGE);
        MemorySegment.copy(page, 0, HostMemory.ALL, ValueLayout.JAVA_BYTE, rams[slot], PAGE);
    }

    private MemorySegment segment(int slot) {
        return memory.segment().asSlice((long) slot * PAGE, PAGE);
    }

    /** How many pages there are. */
    synchronized int pages() {
        return capacity - freeSlots;
    }

    /** Zeroes all of it. Nobody may run guest code then. */
    @Override
    public synchronized void close() {
        for (int slot = 0; slot < capacity; slot++) {
            if (frames[slot] != FrameTable.NONE) {
                segment(slot).fill((byte) 0);
            }
        }
        Arrays.fill(page, (byte) 0);
        memory.close();
    }
}
