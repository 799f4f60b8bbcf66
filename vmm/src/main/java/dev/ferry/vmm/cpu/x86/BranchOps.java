package dev.ferry.vmm.cpu.x86;

import org.jspecify.annotations.Nullable;

/** Near jumps, calls and returns. */
final class BranchOps {

    private BranchOps() {}

    record If(int condition, int target, int next, long mask) implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            return Condition.holds(c, condition);
        }
    }

    record Jump(int target, int next, long mask) implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            return true;
        }

        @Override
        public boolean always() {
            return true;
        }
    }

    record Call(int target, int next, int size, long mask) implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            c.push(size, c.rip + next);
            return true;
        }

        @Override
        public boolean always() {
            return true;
        }
    }

    /** LOOPNE, LOOPE, LOOP; {@code count} masks (E/R)CX. */
    record Loop(int kind, int target, int next, long count, long mask) implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            long left = c.regs[1] - 1 & count;
            c.regs[1] = count == 0xffff ? (c.regs[1] & ~count) | left : left;
            return left != 0 && (kind == 2 || c.zero() == (kind == 1));
        }
    }

    /** JCXZ, JECXZ, JRCXZ. */
    record IfCountZero(int target, int next, long count, long mask) implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            return (c.regs[1] & count) == 0;
        }
    }

    record JumpTo(Operand where, long mask) implements Transfer {
        @Override
        public void exec(X86Vcpu c) {
            c.rip = where.get(c) & mask;
        }
    }

    record CallTo(Operand where, int next, int size, long mask) implements Transfer {
        @Override
        public void exec(X86Vcpu c) {
            long to = where.get(c) & mask;
            c.push(size, c.rip + next);
            c.rip = to;
        }
    }

    record Return(int size, int release, long mask) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            long to = c.pop(size) & mask;
            if (release != 0) {
                c.stackPointer(c.regs[4] + release);
            }
            c.rip = to;
        }
    }

    // ---- factories ------------------------------------------------------------------------

    private static int target(Instruction in) {
        return in.next + (int) in.immediate;
    }

    static Op jumpIf(Instruction in) {
        return new If(in.opcode & 15, target(in), in.next, in.jumpMask());
    }

    static Op jump(Instruction in) {
        return new Jump(target(in), in.next, in.jumpMask());
    }

    static Op call(Instruction in) {
        return new Call(target(in), in.next, in.operandBytes, in.jumpMask());
    }

    static Op loop(Instruction in) {
        return new Loop(in.opcode & 3, target(in), in.next, in.addressMask(), in.jumpMask());
    }

    static Op jumpIfCountZero(Instruction in) {
        return new IfCountZero(target(in), in.next, in.addressMask(), in.jumpMask());
    }

    static @Nullable Op jumpTo(Instruction in) {
        return new JumpTo(in.rmOperand(), in.jumpMask());
    }

    static Op callTo(Instruction in) {
        return new CallTo(in.rmOperand(), in.next, in.operandBytes, in.jumpMask());
    }

    static Op returnNear(Instruction in) {
        return new Return(
                in.operandBytes, in.opcode == 0xc2 ? (int) in.immediate : 0, in.jumpMask());
    }
}
