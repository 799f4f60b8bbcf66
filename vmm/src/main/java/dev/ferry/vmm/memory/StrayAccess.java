package dev.ferry.vmm.memory;

/**
 * Told about accesses that lead nowhere, once for each page: what a person who debugs a guest wants
 * to know. Called in the midst of the access, on the thread that makes it, with no lock held.
 */
@FunctionalInterface
public interface StrayAccess {

    /** Tells nobody. */
    StrayAccess IGNORED = (what, address, size) -> {};

    /** What was tried. */
    enum Kind {
        LOAD_FROM_NOWHERE("load from nowhere"),
        STORE_TO_NOWHERE("store to nowhere"),
        STORE_TO_ROM("store to ROM");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * One of them.
     *
     * @param address guest-physical
     * @param size bytes
     */
    void seen(Kind what, long address, int size);
}
