package dev.ferry.vmm.memory;

/**
 * The memory encryption engine as an address space meets it: RAM holds ciphertext, and accesses
 * with the C-bit see what it stands for.
 *
 * <p>The engine may keep the plaintext of pages, as a processor's cache does; then RAM is brought
 * up to date by {@link #writeBack} before the host looks at it.
 *
 * <p>An {@link AddressSpace} asks for the plaintext of RAM only: ROM, flash and devices ignore the
 * C-bit, as processors do for what is not memory. A page is accessed either encrypted or not at any
 * time; it changes sides with all its addresses taken back, by {@link #discard} on the way in, and
 * {@link #writeBack} and {@link #discard} on the way out.
 *
 * <p>{@link #plaintext} is called by several vCPUs at a time, from {@link PhysicalMemory#readable}
 * too, and so must not have addresses dropped itself. {@link #writeBack} does, by {@link
 * AddressSpace#dropAddresses}: first it forgets which pages were given for writing, then it has
 * writable addresses dropped, then it encrypts. A page asked for in between is one to write back
 * again.
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
     * The same for callers that nobody may wait for: no address is taken back for it.
     *
     * @return 0 if the plaintext is not at hand: {@link #plaintext} is to be called where one may
     *     wait
     */
    default long cached(long page, long ram, boolean writing) {
        return plaintext(page, ram, writing);
    }

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
