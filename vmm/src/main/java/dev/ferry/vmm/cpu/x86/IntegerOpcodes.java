package dev.ferry.vmm.cpu.x86;

/** Rows. */
final class IntegerOpcodes {

    private IntegerOpcodes() {}

    static void addTo(OpcodeTable t) {}
}
