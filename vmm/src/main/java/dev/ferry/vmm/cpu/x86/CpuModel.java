package dev.ferry.vmm.cpu.x86;

/** What a processor can do. */
public final class CpuModel {

    CpuModel() {}

    int physicalBits() {
        return 40;
    }
}
