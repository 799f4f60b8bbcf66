package dev.ferry.vmm.memory;

/**
 * The memory encryption engine as an address space meets it: RAM holds ciphertext, and accesses
 * with the C-bit see what it stands for.
 *
 * <p>The engine may keep the plaintext of pages, as a processor's cache does; then RAM is brought
 * up to date by {@link #writeBack} before the host looks at it.
 */
public interface PrivateMemory {

    /**
     * The plaintext of a page of RAM.
     *
     * @param page guest-physical address, a multiple of {@link PhysicalMemory#PAGE_BYTES}
     * @param ram host address of the same page in RAM, which holds ciphertext
     * @param writing whether the address will be stored through
     * @return host address of the plaintext, good until the engine has {@link
     *     TlbOwner#dropAddresses} called for every vCPU
     */
    long plaintext(long page, long ram, boolean writing);

    /**
     * Encrypts what has been stored in the plaintext of these pages back into RAM, and forgets
     * plaintext addresses given for writing, so that the next store is seen.
     *
     * @param page guest-physical address of the first byte, a multiple of {@link
     *     PhysicalMemory#PAGE_BYTES}
     */
    void writeBack(long page, long length);

    /**
     * Forgets the plaintext of pages without writing it back: RAM below it was stored to by the
     * host or by an access without the C-bit.
     */
    void discard(long page, long length);
}
