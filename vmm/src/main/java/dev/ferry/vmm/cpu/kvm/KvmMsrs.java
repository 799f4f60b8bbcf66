package dev.ferry.vmm.cpu.kvm;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ferry.vmm.cpu.CpuState;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

/** Model-specific registers that the kernel keeps and {@link CpuState} has room for. */
final class KvmMsrs {

    private record Msr(int index, ToLongFunction<CpuState> get, ObjLongConsumer<CpuState> set) {}

    private static final int MTRR_BASE = 0x200;

    private static final Msr[] ALL = {
        new Msr(0x10, s -> s.tsc, (s, v) -> s.tsc = v),
        new Msr(0x3b, s -> s.tscAdjust, (s, v) -> s.tscAdjust = v),
        new Msr(0x174, s -> s.sysenterCs, (s, v) -> s.sysenterCs = (int) v),
        new Msr(0x175, s -> s.sysenterEsp, (s, v) -> s.sysenterEsp = v),
        new Msr(0x176, s -> s.sysenterEip, (s, v) -> s.sysenterEip = v),
        new Msr(0x1a0, s -> s.miscEnable, (s, v) -> s.miscEnable = v),
        new Msr(0x277, s -> s.pat, (s, v) -> s.pat = v),
        new Msr(0xc0000081, s -> s.star, (s, v) -> s.star = v),
        new Msr(0xc0000082, s -> s.lstar, (s, v) -> s.lstar = v),
        new Msr(0xc0000083, s -> s.cstar, (s, v) -> s.cstar = v),
        new Msr(0xc0000084, s -> s.fmask, (s, v) -> s.fmask = v),
        new Msr(0xc0000102, s -> s.kernelGsBase, (s, v) -> s.kernelGsBase = v),
        new Msr(0xc0000103, s -> s.tscAux, (s, v) -> s.tscAux = v),
        new Msr(0x4b564d00, s -> s.wallClockMsr, (s, v) -> s.wallClockMsr = v),
        new Msr(0x4b564d01, s -> s.systemTimeMsr, (s, v) -> s.systemTimeMsr = v),
    };

    /** MTRRs are not in the kernel's list, but it keeps them. */
    private static final Msr[] MTRRS = mtrrs();

    private final KvmCalls calls;
    private final Set<Integer> known;
    private final MemorySegment one;

    KvmMsrs(KvmVm vm, KvmCalls calls, Arena arena) {
        this.calls = calls;
        known = known(vm, calls);
        one = arena.allocate(24, 8);
    }

    private static Set<Integer> known(KvmVm vm, KvmCalls calls) {
        Set<Integer> known = new HashSet<>();
        try (Arena arena = Arena.ofConfined()) {
            int room = 4096;
            MemorySegment list = arena.allocate(4 + 4L * room, 8);
            list.set(JAVA_INT, 0, room);
            calls.call(vm.kvm, Kvm.Request.KVM_GET_MSR_INDEX_LIST, list);
            int count = list.get(JAVA_INT, 0);
            for (int i = 0; i < count; i++) {
                known.add(list.get(JAVA_INT, 4 + 4L * i));
            }
        }
        return known;
    }

    void load(int vcpu, CpuState from) {
        for (Msr msr : ALL) {
            // A register of a feature that the guest's CPUID lacks may be unsettable at 0.
            if (known.contains(msr.index)) {
                write(vcpu, msr.index, msr.get.applyAsLong(from));
            }
        }
        for (Msr msr : MTRRS) {
            write(vcpu, msr.index, msr.get.applyAsLong(from));
        }
    }

    void save(int vcpu, CpuState to) {
        for (Msr msr : ALL) {
            if (known.contains(msr.index)) {
                read(vcpu, msr, to);
            }
        }
        for (Msr msr : MTRRS) {
            read(vcpu, msr, to);
        }
    }

    private void write(int vcpu, int index, long value) {
        one.set(JAVA_INT, 0, 1);
        one.set(JAVA_INT, 8, index);
        one.set(JAVA_LONG, 16, value);
        int done = calls.attempt(vcpu, Kvm.Request.KVM_SET_MSRS, one.address());
        if (done != 1 && value != 0) {
            throw new KvmException(
                    "KVM_SET_MSRS: the kernel does not take 0x%x for MSR 0x%x"
                            .formatted(value, index));
        }
    }

    private void read(int vcpu, Msr msr, CpuState to) {
        one.set(JAVA_INT, 0, 1);
        one.set(JAVA_INT, 8, msr.index);
        if (calls.attempt(vcpu, Kvm.Request.KVM_GET_MSRS, one.address()) == 1) {
            msr.set.accept(to, one.get(JAVA_LONG, 16));
        }
    }

    private static Msr[] mtrrs() {
        int[] fixed = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};
        Msr[] all = new Msr[fixed.length + 16 + 1];
        int n = 0;
        for (int i = 0; i < fixed.length; i++) {
            int at = i;
            all[n++] = new Msr(fixed[i], s -> s.mtrrFixed[at], (s, v) -> s.mtrrFixed[at] = v);
        }
        for (int i = 0; i < 8; i++) {
            int at = i;
            all[n++] =
                    new Msr(MTRR_BASE + 2 * i, s -> s.mtrrBase[at], (s, v) -> s.mtrrBase[at] = v);
            all[n++] =
                    new Msr(
                            MTRR_BASE + 2 * i + 1,
                            s -> s.mtrrMask[at],
                            (s, v) -> s.mtrrMask[at] = v);
        }
        all[n] = new Msr(0x2ff, s -> s.mtrrDefType, (s, v) -> s.mtrrDefType = v);
        return all;
    }
}
