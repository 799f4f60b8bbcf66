package dev.ferry.vmm.cpu.x86;

/** Instructions for the system, and those that are none. */
final class SystemOps {

    private SystemOps() {}

    /** #UD, and a note that says of what. */
    record Unknown(int start, String bytes) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.note(
                    "undefined instruction at rip 0x"
                            + Long.toHexString(c.rip + start)
                            + ": "
                            + bytes);
            throw c.undefined();
        }
    }
}
