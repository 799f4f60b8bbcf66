package dev.ferry.vmm.cpu.x86;

/**
 * That the guest has encrypted memory, and which bit of a page-table entry says so.
 *
 * <p>Page walks, instruction fetches, and all accesses before paging is on are private whatever the
 * bit says.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual volume 2, 15.34.5.
 *
 * @param cBit number of the bit, 32 to 51
 */
public record EncryptionMode(int cBit) {

    /** Checks the range. */
    public EncryptionMode {
        if (cBit < 32 || cBit > 51) {
            throw new IllegalArgumentException("C-bit: expected 32 to 51, found " + cBit);
        }
    }

    long mask() {
        return 1L << cBit;
    }
}
