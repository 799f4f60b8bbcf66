package dev.ferry.vmm.cpu.x86;

/** The sixteen conditions of Jcc, SETcc and CMOVcc, by the low four bits of the opcode. */
final class Condition {

    private Condition() {}

    static boolean holds(X86Vcpu c, int code) {
        return switch (code) {
            case 0 -> c.overflow();
            case 1 -> !c.overflow();
            case 2 -> c.carry();
            case 3 -> !c.carry();
            case 4 -> c.zero();
            case 5 -> !c.zero();
            case 6 -> c.carry() || c.zero();
            case 7 -> !c.carry() && !c.zero();
            case 8 -> c.sign();
            case 9 -> !c.sign();
            case 10 -> c.parity();
            case 11 -> !c.parity();
            case 12 -> c.less();
            case 13 -> !c.less();
            case 14 -> c.less() || c.zero();
            default -> !c.less() && !c.zero();
        };
    }
}
