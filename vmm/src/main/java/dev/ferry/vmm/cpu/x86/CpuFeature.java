package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** A bit of CPUID by the name that {@code -cpu} has for it. */
enum CpuFeature {
    FPU(1, 3, 0),
    DE(1, 3, 2),
    PSE(1, 3, 3),
    TSC(1, 3, 4),
    MSR(1, 3, 5),
    PAE(1, 3, 6),
    MCE(1, 3, 7),
    CX8(1, 3, 8),
    APIC(1, 3, 9),
    SEP(1, 3, 11),
    MTRR(1, 3, 12),
    PGE(1, 3, 13),
    MCA(1, 3, 14),
    CMOV(1, 3, 15),
    PAT(1, 3, 16),
    PSE36(1, 3, 17),
    CLFLUSH(1, 3, 19),
    MMX(1, 3, 23),
    FXSR(1, 3, 24),
    SSE(1, 3, 25),
    SSE2(1, 3, 26),
    SSE3(1, 2, 0),
    CX16(1, 2, 13),
    X2APIC(1, 2, 21),
    MOVBE(1, 2, 22),
    POPCNT(1, 2, 23),
    TSC_DEADLINE(1, 2, 24),
    HYPERVISOR(1, 2, 31),
    FSGSBASE(7, 1, 0),
    SMEP(7, 1, 7),
    SMAP(7, 1, 20),
    UMIP(7, 2, 2),
    SYSCALL(0x80000001, 3, 11),
    NX(0x80000001, 3, 20),
    PDPE1GB(0x80000001, 3, 26),
    RDTSCP(0x80000001, 3, 27),
    LM(0x80000001, 3, 29),
    LAHF_LM(0x80000001, 2, 0);

    final int leaf;

    /** 0 to 3: eax, ebx, ecx, edx. */
    final int register;

    final int bit;

    CpuFeature(int leaf, int register, int bit) {
        this.leaf = leaf;
        this.register = register;
        this.bit = bit;
    }

    /** By its name in {@code -cpu}, where a dash and an underscore are one. */
    static @Nullable CpuFeature named(String name) {
        String wanted = name.replace('-', '_');
        for (CpuFeature f : values()) {
            if (f.name().equalsIgnoreCase(wanted)) {
                return f;
            }
        }
        return null;
    }
}
