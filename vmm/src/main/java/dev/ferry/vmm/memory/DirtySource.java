package dev.ferry.vmm.memory;

/** Somebody else who keeps a log of stores: a kernel that runs vCPUs. */
public interface DirtySource {

    /**
     * Begin, or end. When this returns, stores are logged.
     *
     * @param block whose log it is
     */
    void logging(RamBlock block, boolean on);

    /**
     * Hand over, by {@link DirtyLog#merge}, what was stored to since the last time. Stores after
     * this returns are logged for the next time.
     */
    void collect(RamBlock block, long firstPage, long pages);
}
