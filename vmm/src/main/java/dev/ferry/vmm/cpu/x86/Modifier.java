package dev.ferry.vmm.cpu.x86;

/** What an instruction makes of the value that is in its destination. */
interface Modifier {

    /**
     * The new value, of which the destination takes the low bits; sets flags. May be called again
     * with another old value after the flags were put back.
     *
     * @param old zero-extended
     */
    long modify(X86Vcpu c, long old);

    /** A register, or memory without LOCK. */
    record Plain(Operand destination, Modifier by) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, by.modify(c, destination.getForSet(c)));
        }
    }

    /** Memory with LOCK: as one step for all vCPUs. */
    record Locked(Ea ea, int size, Modifier by) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, size);
            long result = c.result;
            long carries = c.carries;
            long mask = Instruction.mask(size);
            while (true) {
                long old = c.loadLocked(at, size);
                long changed = by.modify(c, old) & mask;
                if (c.compareAndSet(at, size, old, changed)) {
                    return;
                }
                c.result = result;
                c.carries = carries;
            }
        }
    }

    /** One of the two, as the prefix says. */
    static Op of(Instruction in, Modifier by) {
        return in.lock ? new Locked(in.ea(), in.operandBytes, by) : new Plain(in.rmOperand(), by);
    }
}
