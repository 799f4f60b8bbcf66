package dev.ferry.vmm.cpu.x86;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a processor says of itself by CPUID, and so what it can do: {@code qemu64}, or {@code max}
 * with all that the interpreter has, each with features added and taken away.
 *
 * <p>Source: QEMU target/i386/cpu.c, builtin_x86_defs.
 */
public final class CpuModel {

    private static final Set<CpuFeature> QEMU64 =
            EnumSet.of(
                    CpuFeature.FPU,
                    CpuFeature.DE,
                    CpuFeature.PSE,
                    CpuFeature.TSC,
                    CpuFeature.MSR,
                    CpuFeature.PAE,
                    CpuFeature.MCE,
                    CpuFeature.CX8,
                    CpuFeature.APIC,
                    CpuFeature.SEP,
                    CpuFeature.MTRR,
                    CpuFeature.PGE,
                    CpuFeature.MCA,
                    CpuFeature.CMOV,
                    CpuFeature.PAT,
                    CpuFeature.PSE36,
                    CpuFeature.CLFLUSH,
                    CpuFeature.MMX,
                    CpuFeature.FXSR,
                    CpuFeature.SSE,
                    CpuFeature.SSE2,
                    CpuFeature.CX16,
                    CpuFeature.HYPERVISOR,
                    CpuFeature.SYSCALL,
                    CpuFeature.NX,
                    CpuFeature.LM,
                    CpuFeature.LAHF_LM);

    private final String name;
    private final String brand;
    private final Set<CpuFeature> features;

    private CpuModel(String name, String brand, Set<CpuFeature> features) {
        this.name = name;
        this.brand = brand;
        this.features = features;
    }

    /** The one that QEMU takes if none is named. */
    public static CpuModel qemu64() {
        return parse("qemu64");
    }

    /**
     * A model as {@code -cpu} names it: {@code qemu64} or {@code max} (also {@code host}), then
     * {@code ,+feature}, {@code ,-feature}, {@code ,feature=on} or {@code =off}.
     *
     * @throws IllegalArgumentException saying which model or feature is not there
     */
    public static CpuModel parse(String option) {
        String[] parts = option.split(",", -1);
        Set<CpuFeature> features;
        String brand;
        switch (parts[0]) {
            case "qemu64", "kvm64", "qemu32", "kvm32", "base" -> {
                features = EnumSet.copyOf(QEMU64);
                brand = "QEMU Virtual CPU version 2.5+";
            }
            case "max", "host" -> {
                features = EnumSet.allOf(CpuFeature.class);
                features.remove(CpuFeature.X2APIC);
                features.remove(CpuFeature.TSC_DEADLINE);
                features.remove(CpuFeature.SSE3);
                brand = "Ferry Virtual CPU";
            }
            default ->
                    throw new IllegalArgumentException(
                            "CPU model: expected qemu64 or max, found " + parts[0]);
        }
        for (int i = 1; i < parts.length; i++) {
            apply(features, parts[i]);
        }
        return new CpuModel(parts[0], brand, features);
    }

    private static void apply(Set<CpuFeature> features, String part) {
        boolean on = !part.startsWith("-") && !part.endsWith("=off");
        int from = part.startsWith("+") || part.startsWith("-") ? 1 : 0;
        int equals = part.indexOf('=');
        CpuFeature feature =
                CpuFeature.named(part.substring(from, equals < 0 ? part.length() : equals));
        if (feature == null) {
            throw new IllegalArgumentException("CPU feature: found no such one as " + part);
        }
        if (on) {
            features.add(feature);
        } else {
            features.remove(feature);
        }
    }

    /** As it was asked for. */
    public String name() {
        return name;
    }

    boolean has(CpuFeature feature) {
        return features.contains(feature);
    }

    int physicalBits() {
        return has(CpuFeature.LM) ? 40 : 36;
    }

    /** Bits of CR4 that may be set. */
    long cr4Bits() {
        long bits =
                X86Vcpu.CR4_VME
                        | X86Vcpu.CR4_PVI
                        | X86Vcpu.CR4_TSD
                        | X86Vcpu.CR4_DE
                        | X86Vcpu.CR4_PSE
                        | X86Vcpu.CR4_PAE
                        | X86Vcpu.CR4_MCE
                        | X86Vcpu.CR4_PGE
                        | X86Vcpu.CR4_PCE
                        | X86Vcpu.CR4_OSFXSR
                        | X86Vcpu.CR4_OSXMMEXCPT;
        bits |= has(CpuFeature.UMIP) ? X86Vcpu.CR4_UMIP : 0;
        bits |= has(CpuFeature.FSGSBASE) ? X86Vcpu.CR4_FSGSBASE : 0;
        bits |= has(CpuFeature.SMEP) ? X86Vcpu.CR4_SMEP : 0;
        bits |= has(CpuFeature.SMAP) ? X86Vcpu.CR4_SMAP : 0;
        return bits;
    }

    long eferBits() {
        return (has(CpuFeature.SYSCALL) ? X86Vcpu.EFER_SCE : 0)
                | (has(CpuFeature.LM) ? X86Vcpu.EFER_LME : 0)
                | (has(CpuFeature.NX) ? X86Vcpu.EFER_NXE : 0);
    }

    /**
     * A CPUID leaf, without those of a hypervisor.
     *
     * @param vcpus processors of the machine
     * @param apicId of the one that asks
     * @param apicEnabled whether its local APIC is: the APIC bit follows it
     * @param out eax, ebx, ecx, edx
     */
    public void cpuid(
            int leaf, int subleaf, int vcpus, int apicId, boolean apicEnabled, int[] out) {
        int basic = 0xd;
        boolean extended = leaf < 0;
        int highest = extended ? 0x80000008 : basic;
        int at = leaf;
        if (Integer.compareUnsigned(leaf, highest) > 0) {
            at = basic;
        }
        out[0] = 0;
        out[1] = 0;
        out[2] = 0;
        out[3] = 0;
        switch (at) {
            case 0 -> vendor(basic, out);
            case 1 -> {
                out[0] = 0x60fb1;
                out[1] = apicId << 24 | Math.min(vcpus, 255) << 16 | 8 << 8;
                bits(1, out);
                if (vcpus > 1) {
                    out[3] |= 1 << 28;
                }
                if (!apicEnabled) {
                    out[3] &= ~(1 << 9);
                }
            }
            case 2 -> {
                out[0] = 1;
                out[3] = 0x2c307d;
            }
            case 4 -> {
                // No caches are described: level 0 ends the list.
            }
            case 7 -> {
                if (subleaf == 0) {
                    bits(7, out);
                }
            }
            case 0x80000000 -> vendor(0x80000008, out);
            case 0x80000001 -> {
                out[0] = 0x60fb1;
                bits(0x80000001, out);
                // AMD's leaf repeats what the basic one says.
                int[] basicBits = new int[4];
                bits(1, basicBits);
                out[3] |= basicBits[3] & 0x0183f3ff;
            }
            case 0x80000002, 0x80000003, 0x80000004 -> brand((at - 0x80000002) * 16, out);
            case 0x80000005 -> {
                out[0] = 0x01ff01ff;
                out[1] = 0x01ff01ff;
                out[2] = 0x40020140;
                out[3] = 0x40020140;
            }
            case 0x80000006 -> {
                out[1] = 0x42004200;
                out[2] = 0x02008140;
            }
            case 0x80000008 -> {
                out[0] = physicalBits() | (has(CpuFeature.LM) ? 48 : 32) << 8;
                out[2] = vcpus > 1 ? vcpus - 1 : 0;
            }
            default -> {
                // Reserved: zeros.
            }
        }
    }

    private void bits(int leaf, int[] out) {
        for (CpuFeature f : features) {
            if (f.leaf == leaf) {
                out[f.register] |= 1 << f.bit;
            }
        }
    }

    private static void vendor(int highest, int[] out) {
        out[0] = highest;
        out[1] = 0x68747541; // AuthenticAMD
        out[2] = 0x444d4163;
        out[3] = 0x69746e65;
    }

    private void brand(int from, int[] out) {
        byte[] text = brand.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 16; i++) {
            int b = from + i < text.length ? text[from + i] : 0;
            out[i / 4] |= b << (8 * (i % 4));
        }
    }
}
