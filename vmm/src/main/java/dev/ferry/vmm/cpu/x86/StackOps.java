package dev.ferry.vmm.cpu.x86;

/** PUSH, POP and what else works on the stack. */
final class StackOps {

    private StackOps() {}

    record Push(Operand source, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.push(size, source.get(c));
        }
    }

    record PushImmediate(long value, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.push(size, value);
        }
    }

    record Push32(int index) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.push(4, c.regs[index]);
        }
    }

    record Push64(int index) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long top = c.regs[4] - 8;
            c.store64(top, c.regs[index]);
            c.regs[4] = top;
        }
    }

    record Pop64(int index) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long top = c.regs[4];
            long value = c.load64(top);
            c.regs[4] = top + 8;
            c.regs[index] = value;
        }
    }

    /** POP of a register. */
    record Pop(Operand destination, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            destination.set(c, c.pop(size));
        }
    }

    /** POP to memory: its address counts with the stack pointer already moved. */
    record PopMemory(Operand destination, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long before = c.regs[4];
            long value = c.pop(size);
            try {
                destination.set(c, value);
            } catch (CpuFault e) {
                c.regs[4] = before;
                throw e;
            }
        }
    }

    record PushSegment(int segment, int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.push(size, c.segs[segment].selector);
        }
    }

    record PushAll(int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long mask = c.stackMask;
            long top = c.regs[4];
            long before = top;
            long bottom = top - 8L * size & mask;
            c.checkWrite(X86Vcpu.SS, bottom, size);
            c.checkWrite(X86Vcpu.SS, top - size & mask, size);
            c.probeStore(c.wrap(c.base[X86Vcpu.SS] + bottom), size);
            c.probeStore(c.wrap(c.base[X86Vcpu.SS] + (top - size & mask)), size);
            for (int i = 0; i < 8; i++) {
                top = top - size & mask;
                c.store(c.wrap(c.base[X86Vcpu.SS] + top), size, i == 4 ? before : c.regs[i]);
            }
            c.stackPointer(top);
        }
    }

    record PopAll(int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            c.peek(size, 0);
            c.peek(size, 7 * size);
            for (int i = 7; i >= 0; i--) {
                long value = c.peek(size, (7 - i) * size);
                if (i != 4) {
                    Operand.register(size, i, true).set(c, value);
                }
            }
            c.stackPointer(c.regs[4] + 8L * size);
        }
    }

    record PushFlags(int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (c.virtual8086() && c.ioPrivilege() < 3) {
                throw c.protection();
            }
            c.push(size, c.rflags() & ~(Flags.VM | Flags.RF));
        }
    }

    record PopFlags(int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            if (c.virtual8086() && c.ioPrivilege() < 3) {
                throw c.protection();
            }
            int value = (int) c.pop(size);
            c.rflags(FlagRights.merge(c, value, size));
        }
    }

    record Enter(int size, int room, int level) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long mask = c.stackMask;
            long ss = c.base[X86Vcpu.SS];
            long top = c.regs[4] - size & mask;
            put(c, ss, top, c.regs[5]);
            long frame = top;
            long bp = c.regs[5];
            for (int i = 1; i < level; i++) {
                bp = bp - size & mask;
                c.checkRead(X86Vcpu.SS, bp, size);
                long link = c.load(c.wrap(ss + bp), size);
                top = top - size & mask;
                put(c, ss, top, link);
            }
            if (level > 0) {
                top = top - size & mask;
                put(c, ss, top, frame);
            }
            top = top - room & mask;
            c.checkWrite(X86Vcpu.SS, top, size);
            c.probeStore(c.wrap(ss + top), size);
            Operand.register(size, 5, true).set(c, frame);
            c.stackPointer(top);
        }

        private void put(X86Vcpu c, long ss, long at, long value) {
            c.checkWrite(X86Vcpu.SS, at, size);
            c.store(c.wrap(ss + at), size, value);
        }
    }

    record Leave(int size) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long top = c.regs[5] & c.stackMask;
            if ((c.mode & X86Vcpu.FLAT) == 0) {
                c.checkRead(X86Vcpu.SS, top, size);
            }
            long value = c.load(c.wrap(c.base[X86Vcpu.SS] + top), size);
            c.stackPointer(top + size);
            Operand.register(size, 5, true).set(c, value);
        }
    }

    // ---- factories ------------------------------------------------------------------------

    static Op push(Instruction in) {
        int index = in.opcodeRegister();
        return switch (in.operandBytes) {
            case 8 -> new Push64(index);
            case 4 -> new Push32(index);
            default -> new Push(new Operand.Reg16(index), 2);
        };
    }

    static Op pop(Instruction in) {
        int index = in.opcodeRegister();
        return in.operandBytes == 8
                ? new Pop64(index)
                : new Pop(Operand.register(in.operandBytes, index, true), in.operandBytes);
    }

    static Op pushImmediate(Instruction in) {
        return new PushImmediate(in.immediate, in.operandBytes);
    }

    static Op pushMemory(Instruction in) {
        if (in.code64()) {
            in.operandBytes = in.operandPrefix ? 2 : 8;
        }
        return new Push(in.rmOperand(), in.operandBytes);
    }

    static Op popMemory(Instruction in) {
        if (in.registerForm()) {
            return new Pop(in.rmOperand(), in.operandBytes);
        }
        Ea ea = in.ea();
        // An address by RSP counts with the value after the POP, which it is executed with.
        return new PopMemory(Operand.memory(in.operandBytes, ea), in.operandBytes);
    }
}
