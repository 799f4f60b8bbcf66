package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What the guest's CPUID says: the machine's model, without features that the kernel cannot give.
 *
 * <p>Leaves that only identify or describe are the model's.
 */
final class KvmCpuid {

    private static final int ENTRY_BYTES = 40;
    private static final int ROOM = 256;
    private static final int SIGNIFICANT_INDEX = 1;

    /** A model with more leaves than this is broken. */
    private static final int MOST_LEAVES = 0x40;

    /** ECX of leaf 1: the guest runs under a hypervisor, which kernels before 5.x do not say. */
    private static final int HYPERVISOR = 1 << 31;

    private static final int XSAVE = 1 << 26;

    /** EAX of leaf 0x40000001: what is done in this process, whether the kernel says so or not. */
    private static final int OURS = 1 << 16 | 1 << 17;

    private final VcpuHost host;
    private final Vcpu vcpu;
    private final MemorySegment supported;
    private final MemorySegment entries;
    private final int[] out = new int[4];
    private int count;

    private KvmCpuid(VcpuHost host, Vcpu vcpu, MemorySegment supported, MemorySegment entries) {
        this.host = host;
        this.vcpu = vcpu;
        this.supported = supported;
        this.entries = entries;
    }

    /** Tells the kernel; before the vCPU runs for the first time. */
    static void set(KvmVm vm, KvmCalls calls, int descriptor, Vcpu vcpu, VcpuHost host) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment supported = arena.allocate(8 + (long) ROOM * ENTRY_BYTES, 8);
            supported.set(JAVA_INT, 0, ROOM);
            calls.call(vm.kvm, Kvm.Request.KVM_GET_SUPPORTED_CPUID, supported);
            MemorySegment entries = arena.allocate(8 + (long) ROOM * ENTRY_BYTES, 8);
            KvmCpuid all = new KvmCpuid(host, vcpu, supported, entries);
            all.leaves(0);
            all.leaves(0x40000000);
            all.leaves(0x80000000);
            entries.set(JAVA_INT, 0, all.count);
            calls.call(descriptor, Kvm.Request.KVM_SET_CPUID2, entries);
        }
    }

    private void leaves(int first) {
        host.cpuid(vcpu, first, 0, out);
        int last = out[0];
        // A hypervisor's first leaf may leave its number out.
        if (first == 0x40000000 && last == 0 && out[1] != 0) {
            last = first + 1;
        }
        if (last < first || last - first > MOST_LEAVES || (first != 0 && last == 0)) {
            return;
        }
        for (int leaf = first; leaf <= last; leaf++) {
            switch (leaf) {
                case 4, 7, 0xb, 0x8000001d -> subleaves(leaf);
                case 0xd -> stateComponents();
                default -> add(leaf, 0, 0);
            }
        }
    }

    private void subleaves(int leaf) {
        for (int subleaf = 0; subleaf < 8; subleaf++) {
            add(leaf, subleaf, SIGNIFICANT_INDEX);
        }
    }

    /** Sizes are the kernel's, for it is the one who saves. */
    private void stateComponents() {
        host.cpuid(vcpu, 1, 0, out);
        if ((out[2] & XSAVE) == 0) {
            return;
        }
        for (int subleaf = 0; subleaf < 10; subleaf++) {
            int at = find(0xd, subleaf);
            if (at >= 0 && count < ROOM) {
                MemorySegment.copy(
                        supported, at, entries, 8 + (long) count++ * ENTRY_BYTES, ENTRY_BYTES);
            }
        }
    }

    private void add(int leaf, int subleaf, int flags) {
        if (count == ROOM) {
            return;
        }
        host.cpuid(vcpu, leaf, subleaf, out);
        int at = find(leaf, subleaf);
        switch (leaf) {
            case 1 -> {
                out[2] &= register(at, 2) | HYPERVISOR;
                out[3] &= register(at, 3);
            }
            case 7 -> {
                int from = subleaf == 0 ? 1 : 0; // EAX of the first says how many there are
                for (int i = from; i < 4; i++) {
                    out[i] &= register(at, i);
                }
            }
            case 0x40000001 -> out[0] &= register(at, 0) | OURS;
            case 0x80000001 -> {
                out[2] &= register(at, 2);
                out[3] &= register(at, 3);
            }
            default -> {}
        }
        long to = 8 + (long) count++ * ENTRY_BYTES;
        entries.set(JAVA_INT, to, leaf);
        entries.set(JAVA_INT, to + 4, subleaf);
        entries.set(JAVA_INT, to + 8, flags);
        for (int i = 0; i < 4; i++) {
            entries.set(JAVA_INT, to + 12 + 4L * i, out[i]);
        }
    }

    private int register(int at, int number) {
        return at < 0 ? 0 : supported.get(JAVA_INT, at + 12L + 4L * number);
    }

    /** Where an entry is among the supported ones; -1 if it is not. */
    private int find(int leaf, int subleaf) {
        int entriesThere = supported.get(JAVA_INT, 0);
        for (int i = 0; i < entriesThere; i++) {
            int at = 8 + i * ENTRY_BYTES;
            boolean indexed = (supported.get(JAVA_INT, at + 8) & SIGNIFICANT_INDEX) != 0;
            if (supported.get(JAVA_INT, at) == leaf
                    && (!indexed || supported.get(JAVA_INT, at + 4) == subleaf)) {
                return at;
            }
        }
        return -1;
    }
}
