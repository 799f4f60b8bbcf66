package dev.ferry.vmm.efi;

/**
 * A variable as it lies in flash, whether it counts or not.
 *
 * @param at where its header begins
 * @param length bytes up to the end of its data
 */
record VariableRecord(int at, int length, VariableHeader header) {

    /** Where the next one begins, if flash does not end before. */
    int next() {
        return aligned(at + length);
    }

    static int aligned(int at) {
        return at + 3 & ~3;
    }

    boolean counts() {
        return VariableState.counts(header.state());
    }

    int nameAt() {
        return at + header.format().headerBytes();
    }

    int dataAt() {
        return nameAt() + (int) header.nameBytes();
    }
}
