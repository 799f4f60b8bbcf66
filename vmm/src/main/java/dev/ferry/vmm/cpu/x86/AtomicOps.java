package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** CMPXCHG, XADD, CMPXCHG8B, CMPXCHG16B. */
final class AtomicOps {

    private AtomicOps() {}

    record CompareExchange(
            Operand destination, Operand source, Operand accumulator, int shift, boolean memory)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long old = destination.getForSet(c);
            long a = accumulator.get(c);
            if (old == a) {
                destination.set(c, source.get(c));
            } else {
                if (memory) {
                    destination.set(c, old);
                }
                // A register that is not what was expected keeps even its upper half.
                accumulator.set(c, old);
            }
            c.sub(a, old, shift);
        }
    }

    record CompareExchangeLocked(Ea ea, Operand source, Operand accumulator, int size)
            implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, size);
            long a = accumulator.get(c);
            long old;
            do {
                old = c.loadLocked(at, size);
            } while (!c.compareAndSet(at, size, old, old == a ? source.get(c) : old));
            if (old != a) {
                accumulator.set(c, old);
            }
            c.sub(a, old, 64 - 8 * size);
        }
    }

    /** Of two registers, which may be one: the sum is written last. */
    record ExchangeAdd(Operand destination, Operand source, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long old = destination.get(c);
            long sum = c.add(old, source.get(c), shift);
            source.set(c, old);
            destination.set(c, sum);
        }
    }

    /** In memory, whose address may be in the register: the sum is written first. */
    record ExchangeAddMemory(Operand destination, Operand source, int shift) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long old = destination.getForSet(c);
            destination.set(c, c.add(old, source.get(c), shift));
            source.set(c, old);
        }
    }

    record ExchangeAddLocked(Ea ea, Operand source, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, size);
            long old;
            long sum;
            do {
                old = c.loadLocked(at, size);
                sum = old + source.get(c) & Instruction.mask(size);
            } while (!c.compareAndSet(at, size, old, sum));
            c.add(old, source.get(c), 64 - 8 * size);
            source.set(c, old);
        }
    }

    /** EDX:EAX with eight bytes of memory. */
    record CompareExchange8(Ea ea, boolean locked) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, 8);
            long[] regs = c.regs;
            long expected = regs[2] << 32 | (regs[0] & 0xffffffffL);
            long old;
            long value;
            do {
                old = locked ? c.loadLocked(at, 8) : c.loadForStore(at, 8);
                value = old == expected ? regs[1] << 32 | (regs[3] & 0xffffffffL) : old;
            } while (!c.compareAndSet(at, 8, old, value));
            c.setZero(old == expected);
            if (old != expected) {
                regs[0] = old & 0xffffffffL;
                regs[2] = old >>> 32;
            }
        }
    }

    /** RDX:RAX with sixteen bytes of memory, one at a time among all vCPUs. */
    record CompareExchange16(Ea ea) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long at = ea.write(c, 16);
            if ((at & 15) != 0) {
                throw c.protection();
            }
            long[] regs = c.regs;
            synchronized (c.busLock()) {
                long low = c.loadLocked(at, 8);
                long high = c.loadLocked(at + 8, 8);
                boolean same = low == regs[0] && high == regs[2];
                c.setZero(same);
                if (same) {
                    c.store64(at, regs[3]);
                    c.store64(at + 8, regs[1]);
                } else {
                    regs[0] = low;
                    regs[2] = high;
                }
            }
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static Op compareExchange(Instruction in) {
        int size = in.operandBytes;
        Operand a = Operand.register(size, 0, true);
        return in.lock
                ? new CompareExchangeLocked(in.ea(), in.regOperand(), a, size)
                : new CompareExchange(
                        in.rmOperand(), in.regOperand(), a, in.shift(), in.memoryForm());
    }

    static Op exchangeAdd(Instruction in) {
        if (in.lock) {
            return new ExchangeAddLocked(in.ea(), in.regOperand(), in.operandBytes);
        }
        return in.memoryForm()
                ? new ExchangeAddMemory(in.rmOperand(), in.regOperand(), in.shift())
                : new ExchangeAdd(in.rmOperand(), in.regOperand(), in.shift());
    }

    /** Extension 1 of 0F C7. */
    static @Nullable Op compareExchangeWide(Instruction in) {
        if (in.registerForm() || in.extension() != 1) {
            return null;
        }
        return in.operandBytes == 8
                ? new CompareExchange16(in.ea())
                : new CompareExchange8(in.ea(), in.lock);
    }
}
