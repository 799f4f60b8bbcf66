package dev.ferry.vmm.cpu.x86;

/** Rows. */
final class SystemOpcodes {

    private SystemOpcodes() {}

    static void addTo(OpcodeTable t) {}
}
