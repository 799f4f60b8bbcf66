package dev.ferry.vmm.memory;

/** Which pages of a block the encryption engine may hold plaintext of, and which it may not. */
final class PrivateState {

    /** Plaintext may be held, and addresses of it be out; addresses of the page itself are not. */
    final PageBits held;

    /** Addresses of the page itself may be out. */
    final PageBits bare;

    PrivateState(long pages) {
        held = new PageBits(pages);
        bare = new PageBits(pages);
    }
}
