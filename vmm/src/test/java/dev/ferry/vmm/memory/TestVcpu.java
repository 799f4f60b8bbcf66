package dev.ferry.vmm.memory;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** A translation cache that keeps writable addresses the way a vCPU does, and nothing else. */
final class TestVcpu implements TlbOwner {

    final VcpuMemory memory;
    final AtomicInteger codeWrites = new AtomicInteger();
    volatile long lastCodeWrite = -1;
    private final long[] writable;
    private final long[] readable;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int answered;
    private volatile boolean outside = true;
    private volatile Thread running;

    TestVcpu(AddressSpace space, long pages) {
        memory = space.view();
        memory.add(this);
        writable = new long[(int) pages];
        readable = new long[(int) pages];
        running = Thread.currentThread();
    }

    @Override
    public void dropAddresses(boolean all) {
        int mine = asked.incrementAndGet();
        if (Thread.currentThread() == running) {
            return; // looked at before the next use
        }
        while (!outside && answered - mine < 0) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void codeWritten(long address, int length) {
        lastCodeWrite = address;
        codeWrites.incrementAndGet();
    }

    /** Guest code begins on this thread. */
    void enter() {
        running = Thread.currentThread();
        outside = false;
        poll();
    }

    /** Guest code ends. */
    void leave() {
        outside = true;
    }

    /** Between blocks of guest code. */
    void poll() {
        int now = asked.get();
        if (now != answered) {
            Arrays.fill(writable, 0);
            Arrays.fill(readable, 0);
            answered = now;
        }
    }

    /** A store, direct where it may be. */
    void store(long address, long value, boolean encrypted) {
        int page = (int) (address / PhysicalMemory.PAGE_BYTES);
        if (writable[page] == 0) {
            writable[page] = memory.writable(address & -PhysicalMemory.PAGE_BYTES, encrypted);
        }
        if (writable[page] != 0) {
            HostMemory.putLong(writable[page] + (address & (PhysicalMemory.PAGE_BYTES - 1)), value);
        } else {
            slowStore(address, value, encrypted);
        }
    }

    /** A store through an address asked for just now, if there is one. */
    void storeAnew(long address, long value, boolean encrypted) {
        writable[(int) (address / PhysicalMemory.PAGE_BYTES)] = 0;
        store(address, value, encrypted);
        writable[(int) (address / PhysicalMemory.PAGE_BYTES)] = 0;
    }

    /** A store that the memory makes. */
    void slowStore(long address, long value, boolean encrypted) {
        outside = true;
        memory.store(address, 8, value, encrypted);
        outside = false;
        poll();
    }

    /** As when instructions of a page are decoded. */
    void watch(long page) {
        outside = true;
        memory.watchCode(page);
        outside = false;
        poll();
        writable[(int) (page / PhysicalMemory.PAGE_BYTES)] = 0;
    }
}
