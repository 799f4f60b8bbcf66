package dev.ferry.vmm.hypercall;

/**
 * What a SEV guest is told about its page tables, by CPUID 0x8000001f.
 *
 * @param cBit number of the bit in page table entries that makes a page private: 32 to 63
 * @param reducedPhysBits by how many bits physical addresses are shorter: 1 to 63
 */
public record SevCpuid(int cBit, int reducedPhysBits) {

    private static final int SEV = 1 << 1;
    private static final int REDUCED_SHIFT = 6;

    public SevCpuid {
        if (cBit < 32 || cBit > 63) {
            throw new IllegalArgumentException("C-bit: expected 32 to 63, found " + cBit);
        }
        if (reducedPhysBits < 1 || reducedPhysBits > 63) {
            throw new IllegalArgumentException(
                    "reduced physical address bits: expected 1 to 63, found " + reducedPhysBits);
        }
    }

    /** The bit in a page table entry. */
    public long mask() {
        return 1L << cBit;
    }

    /** EAX to EDX of leaf 0x8000001f, as QEMU's target/i386/cpu.c has them. */
    void leaf(int[] out) {
        out[0] = SEV;
        out[1] = cBit | reducedPhysBits << REDUCED_SHIFT;
        out[2] = 0;
        out[3] = 0;
    }
}
