package dev.ferry.vmm.oracle;

import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuHost;
import dev.ferry.vmm.cpu.x86.CpuModel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A machine with one serial port that only takes characters. */
final class BareHost implements VcpuHost {

    private final CpuModel model;
    private final StringBuilder serial = new StringBuilder();
    private final List<String> notes = new CopyOnWriteArrayList<>();

    BareHost(CpuModel model) {
        this.model = model;
    }

    String serial() {
        return serial.toString();
    }

    List<String> notes() {
        return notes;
    }

    @Override
    public int portIn(int port, int size) {
        return -1;
    }

    @Override
    public void portOut(int port, int size, int value) {
        if (port == 0x3f8) {
            serial.append((char) value);
        }
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

    @Override
    public void note(Vcpu vcpu, String message) {
        notes.add(message);
    }
}
