package dev.ferry.vmm.cpu;

import dev.ferry.vmm.cpu.x86.CpuModel;

/** A host without interrupts, MSRs and hypercalls; ports are its heirs' business. */
public abstract class BareHost implements VcpuHost {

    protected final CpuModel model;

    protected BareHost(CpuModel model) {
        this.model = model;
    }

    @Override
    public int acknowledgeInterrupt(Vcpu vcpu) {
        return -1;
    }

    @Override
    public int startupVector(Vcpu vcpu) {
        return 0;
    }

    @Override
    public void initTaken(Vcpu vcpu) {}

    @Override
    public void cpuid(Vcpu vcpu, int leaf, int subleaf, int[] out) {
        model.cpuid(leaf, subleaf, 1, vcpu.index(), true, out);
    }

    @Override
    public boolean readMsr(Vcpu vcpu, int index, long[] value) {
        return false;
    }

    @Override
    public boolean writeMsr(Vcpu vcpu, int index, long value) {
        return false;
    }

    @Override
    public int taskPriority(Vcpu vcpu) {
        return 0;
    }

    @Override
    public void taskPriority(Vcpu vcpu, int priority) {}

    @Override
    public long hypercall(
            Vcpu vcpu, long number, long a0, long a1, long a2, long a3, int cpl, boolean longMode) {
        return -1000;
    }

    @Override
    public long timestamp() {
        return System.nanoTime();
    }

    @Override
    public long tscHertz() {
        return 1_000_000_000;
    }
}
