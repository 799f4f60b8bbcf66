package dev.ferry.vmm.cpu.x86;

/** Exceptions. */
final class Interrupts {

    private final X86Vcpu cpu;

    Interrupts(X86Vcpu cpu) {
        this.cpu = cpu;
    }

    boolean raise(CpuFault e) {
        return false;
    }

    void external(int vector) {}

    void init() {}

    void startUp() {
        cpu.waitForSipi = false;
    }
}
