package dev.ferry.vmm.cpu.x86;

/** Which bits of RFLAGS an instruction may change at a privilege level. */
final class FlagRights {

    private FlagRights() {}

    /**
     * What RFLAGS become when POPF or IRET loads {@code value}.
     *
     * @param size bytes of the operand
     */
    static int merge(X86Vcpu c, int value, int size) {
        int may = Flags.ARITHMETIC | Flags.TF | Flags.DF | Flags.NT | Flags.AC | Flags.ID;
        if (c.cpl == 0) {
            may |= Flags.IOPL;
        }
        if (c.cpl <= c.ioPrivilege()) {
            may |= Flags.IF;
        }
        if (size == 2) {
            may &= 0xffff;
        }
        return (c.rflags() & ~(may | Flags.RF)) | (value & may);
    }
}
