package dev.ferry.vmm.memory;

/** Somebody who keeps host addresses of guest pages: a vCPU's translation cache. */
public interface TlbOwner {

    /**
     * Forget every address from {@link PhysicalMemory#writable} (and those from {@link
     * PhysicalMemory#readable} if {@code all}). When this returns, no store through one of them is
     * still to come, and all that were made are visible to the caller.
     *
     * <p>Called by any thread but the vCPU's own in the midst of guest code; the vCPU's own may
     * call it from inside {@link PhysicalMemory#load}, {@link PhysicalMemory#store} and the {@code
     * VcpuHost}'s methods. A vCPU that is waiting, or inside one of those, counts as stopped:
     * nobody waits for it, and it looks before it goes on. That is what keeps two vCPUs, or a vCPU
     * and a migration thread, from waiting for each other.
     *
     * @param all readable addresses, too: memory was unmapped, or has moved
     */
    void dropAddresses(boolean all);

    /**
     * Bytes of a watched page have been stored to; decoded instructions among them must not be
     * executed any more, at the latest from the next block on.
     *
     * @param address guest-physical
     */
    void codeWritten(long address, int length);
}
