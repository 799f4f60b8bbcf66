package dev.ferry.vmm.machine;

/** What a processor says of itself if nobody else does: a plain 64-bit one. */
final class PlainProcessor {

    private PlainProcessor() {}

    static void cpuid(int vcpu, int leaf, int subleaf, int[] out) {
        switch (leaf) {
            case 0 -> set(out, 1, 0x68747541, 0x444d4163, 0x69746e65); // AuthenticAMD
            case 1 -> set(out, 0x00000f61, vcpu << 24 | 0x800, 0x00002001, 0x078bfbfd);
            case 0x80000000 -> set(out, 0x80000008, 0x68747541, 0x444d4163, 0x69746e65);
            case 0x80000001 -> set(out, 0x00000f61, 0, 0x00000001, 0x2191abfd);
            case 0x80000008 -> set(out, 0x00003028, 0, 0, 0);
            default -> set(out, 0, 0, 0, 0);
        }
    }

    private static void set(int[] out, int eax, int ebx, int ecx, int edx) {
        out[0] = eax;
        out[1] = ebx;
        out[2] = ecx;
        out[3] = edx;
    }
}
