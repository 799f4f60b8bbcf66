package dev.ferry.vmm.memory;

/**
 * Guest-physical memory as one vCPU sees it: RAM, ROM, and devices behind addresses.
 *
 * <p>A vCPU keeps the host addresses that {@link #readable} and {@link #writable} give in its
 * translation cache and accesses memory through {@link HostMemory}; everything else goes through
 * {@link #load} and {@link #store}. Permission to write directly can be taken back at any time (the
 * dirty log was cleared, a page got code in it, a page changed between private and shared): then
 * {@link TlbOwner#dropAddresses} is called, see there.
 *
 * <p>{@code encrypted} is the C-bit of the translation: whether the access goes through the memory
 * encryption engine. It is false everywhere in a guest without SEV.
 */
public interface PhysicalMemory {

    /** Bytes of the unit that addresses are given out in. */
    int PAGE_BYTES = 4096;

    /**
     * The host address of a page's first byte, for loads and instruction fetches.
     *
     * @param page guest-physical address, a multiple of {@link #PAGE_BYTES}
     * @return 0 if the page is no memory, or not memory throughout: use {@link #load}
     */
    long readable(long page, boolean encrypted);

    /**
     * The host address of a page's first byte, for stores (and loads). The page is marked in every
     * dirty log before this returns.
     *
     * @param page guest-physical address, a multiple of {@link #PAGE_BYTES}
     * @return 0 if each store must be seen: ROM, device, watched code, no memory at all; use {@link
     *     #store}
     */
    long writable(long page, boolean encrypted);

    /**
     * A load from anywhere. What is not backed by anything reads as all ones.
     *
     * @param address guest-physical; the access does not cross a page
     * @param size 1, 2, 4 or 8
     * @return zero-extended
     */
    long load(long address, int size, boolean encrypted);

    /**
     * A store to anywhere. One to ROM or to nothing is ignored, with a line in the log the first
     * time.
     *
     * @param address guest-physical; the access does not cross a page
     * @param size 1, 2, 4 or 8
     */
    void store(long address, int size, long value, boolean encrypted);

    /**
     * From now on {@link #writable} gives 0 for this page, and every store to it, by whomever, is
     * told to every {@link TlbOwner} as {@link TlbOwner#codeWritten}. Other vCPUs' direct addresses
     * of it are dropped before this returns.
     *
     * @param page guest-physical address, a multiple of {@link #PAGE_BYTES}
     */
    void watchCode(long page);

    /** Undoes {@link #watchCode}, when no vCPU has instructions of the page decoded any more. */
    void unwatchCode(long page);

    /** Enters a vCPU's translation cache among those that are told. */
    void add(TlbOwner owner);

    /** Takes it out again. */
    void remove(TlbOwner owner);
}
