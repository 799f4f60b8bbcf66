package dev.ferry.vmm.machine;

import dev.ferry.vmm.cpu.Accelerator;
import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.memory.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;

/** vCPUs that have state and execute nothing, for tests of the machine around them. */
final class StandingAccelerator implements Accelerator {

    final List<StandingVcpu> vcpus = new ArrayList<>();

    @Override
    public String name() {
        return "standing";
    }

    @Override
    public Vcpu vcpu(int index, PhysicalMemory memory, VcpuHost host) {
        StandingVcpu vcpu = new StandingVcpu(index, memory, host);
        vcpus.add(vcpu);
        return vcpu;
    }

    @Override
    public void close() {}

    /** One of them; {@code host} and {@code memory} are for a test to play the guest with. */
    static final class StandingVcpu implements Vcpu {
        final PhysicalMemory memory;
        final VcpuHost host;
        private final int index;
        private CpuState state = new CpuState();
        private volatile int requests;

        StandingVcpu(int index, PhysicalMemory memory, VcpuHost host) {
            this.index = index;
            this.memory = memory;
            this.host = host;
        }

        int requests() {
            return requests;
        }

        @Override
        public int index() {
            return index;
        }

        @Override
        public VcpuExit run() {
            return VcpuExit.HALTED;
        }

        @Override
        public void kick() {}

        @Override
        public synchronized void raise(int bits) {
            requests |= bits;
        }

        @Override
        public synchronized void lower(int bits) {
            requests &= ~bits;
        }

        @Override
        public boolean hasWork() {
            return false;
        }

        @Override
        public void a20(boolean open) {
            state.a20 = open;
        }

        @Override
        public void save(CpuState into) {
            copy(state, into);
            into.interruptRequest = requests;
        }

        @Override
        public void load(CpuState from) {
            copy(from, state);
            requests = from.interruptRequest;
        }

        @Override
        public void reset() {
            state = new CpuState();
            state.waitForSipi = index != 0;
            state.halted = index != 0;
            for (int bank = 0; bank < 10; bank++) {
                state.mceBanks[4 * bank] = -1;
            }
            requests = 0;
        }

        @Override
        public String failure() {
            return "";
        }

        @Override
        public void close() {}

        private static void copy(CpuState from, CpuState to) {
            try {
                for (var field : CpuState.class.getFields()) {
                    switch (field.get(from)) {
                        case long[] longs ->
                                System.arraycopy(longs, 0, (long[]) field.get(to), 0, longs.length);
                        case int[] ints ->
                                System.arraycopy(ints, 0, (int[]) field.get(to), 0, ints.length);
                        case CpuState.Segment[] segments -> {
                            for (int i = 0; i < segments.length; i++) {
                                copy(segments[i], ((CpuState.Segment[]) field.get(to))[i]);
                            }
                        }
                        case CpuState.Segment segment ->
                                copy(segment, (CpuState.Segment) field.get(to));
                        case Object value -> field.set(to, value);
                    }
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }

        private static void copy(CpuState.Segment from, CpuState.Segment to) {
            to.set(from.selector, from.base, from.limit, from.flags);
        }
    }
}
