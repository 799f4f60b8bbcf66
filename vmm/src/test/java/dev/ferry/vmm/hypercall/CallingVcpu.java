package dev.ferry.vmm.hypercall;

import dev.ferry.vmm.cpu.CpuState;
import dev.ferry.vmm.cpu.Vcpu;
import dev.ferry.vmm.cpu.VcpuExit;

/** A vCPU in the midst of an OUT: it has registers, and nothing else. */
final class CallingVcpu implements Vcpu {

    private final long[] registers;

    CallingVcpu(long[] registers) {
        this.registers = registers;
    }

    @Override
    public int index() {
        return 0;
    }

    @Override
    public long register(int number) {
        return registers[number];
    }

    @Override
    public void register(int number, long value) {
        registers[number] = value;
    }

    @Override
    public int privilegeLevel() {
        return 0;
    }

    @Override
    public boolean in64BitMode() {
        return true;
    }

    @Override
    public VcpuExit run() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void kick() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void raise(int requests) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void lower(int requests) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean hasWork() {
        return true;
    }

    @Override
    public void a20(boolean open) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void save(CpuState into) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void load(CpuState from) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void reset() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String failure() {
        return "";
    }

    @Override
    public void close() {}
}
