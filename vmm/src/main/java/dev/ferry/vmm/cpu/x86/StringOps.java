package dev.ferry.vmm.cpu.x86;

/**
 * MOVS, CMPS, STOS, LODS, SCAS, INS and OUTS, once or repeated.
 *
 * <p>A repeated one is a {@link Branch} to itself for as long as it is not done: it stops for a
 * fault or for somebody who wants attention with its registers saying what is left.
 */
final class StringOps {

    private static final int MOVS = 0;
    private static final int CMPS = 1;
    private static final int STOS = 2;
    private static final int LODS = 3;
    private static final int SCAS = 4;
    private static final int INS = 5;
    private static final int OUTS = 6;

    private StringOps() {}

    /**
     * What all of them have.
     *
     * @param size of an element
     * @param segment of the source
     * @param mask of addresses
     * @param checked whether the source's segment is to be checked
     * @param checkedDestination whether ES is
     */
    record Element(
            int kind,
            int size,
            int segment,
            long mask,
            boolean checked,
            boolean checkedDestination,
            long linearMask) {

        long source(X86Vcpu c) {
            long offset = c.regs[6] & mask;
            if (checked) {
                c.checkRead(segment, offset, size);
            }
            return c.base[segment] + offset & linearMask;
        }

        long destination(X86Vcpu c, boolean writing) {
            long offset = c.regs[7] & mask;
            if (checkedDestination) {
                if (writing) {
                    c.checkWrite(X86Vcpu.ES, offset, size);
                } else {
                    c.checkRead(X86Vcpu.ES, offset, size);
                }
            }
            return c.base[X86Vcpu.ES] + offset & linearMask;
        }

        private void advance(X86Vcpu c, int register, long bytes) {
            long moved = c.regs[register] + bytes & mask;
            c.regs[register] = mask == 0xffff ? (c.regs[register] & ~mask) | moved : moved;
        }

        private int step(X86Vcpu c) {
            return (c.flags & Flags.DF) != 0 ? -size : size;
        }

        /** One element. */
        void once(X86Vcpu c) {
            int step = step(c);
            int shift = 64 - 8 * size;
            switch (kind) {
                case MOVS -> {
                    c.store(destination(c, true), size, c.load(source(c), size));
                    advance(c, 6, step);
                    advance(c, 7, step);
                }
                case CMPS -> {
                    long a = c.load(source(c), size);
                    c.sub(a, c.load(destination(c, false), size), shift);
                    advance(c, 6, step);
                    advance(c, 7, step);
                }
                case STOS -> {
                    c.store(destination(c, true), size, c.regs[0]);
                    advance(c, 7, step);
                }
                case LODS -> {
                    Operand.register(size, 0, true).set(c, c.load(source(c), size));
                    advance(c, 6, step);
                }
                case SCAS -> {
                    c.sub(c.regs[0], c.load(destination(c, false), size), shift);
                    advance(c, 7, step);
                }
                case INS -> {
                    int port = (int) c.regs[2] & 0xffff;
                    IoOps.check(c, port, size);
                    long at = destination(c, true);
                    c.probeStore(at, size);
                    c.store(at, size, IoOps.in(c, port, size));
                    advance(c, 7, step);
                }
                default -> {
                    int port = (int) c.regs[2] & 0xffff;
                    IoOps.check(c, port, size);
                    IoOps.out(c, port, size, (int) c.load(source(c), size));
                    advance(c, 6, step);
                }
            }
        }

        /**
         * Several elements of MOVS or STOS within pages of RAM, upwards.
         *
         * @return how many; 0 if it is not so simple
         */
        long many(X86Vcpu c, long count) {
            if ((kind != MOVS && kind != STOS) || (c.flags & Flags.DF) != 0) {
                return 0;
            }
            long to = c.regs[7] & mask;
            long bytes = count > 4096 ? 4096 : count * size;
            bytes = room(bytes, to, c.base[X86Vcpu.ES]);
            if (checkedDestination) {
                bytes = Math.min(bytes, c.writeLimit[X86Vcpu.ES] - to + 1);
            }
            long from = c.regs[6] & mask;
            if (kind == MOVS) {
                bytes = room(bytes, from, c.base[segment]);
                if (checked) {
                    bytes = Math.min(bytes, c.readLimit[segment] - from + 1);
                }
            }
            long n = bytes / size;
            if (n < 4) {
                return 0;
            }
            bytes = n * size;
            int flushes = c.flushes();
            long target = c.writableRun(c.base[X86Vcpu.ES] + to & linearMask);
            if (target == 0) {
                return 0;
            }
            if (kind == STOS) {
                HostRuns.fill(target, size, c.regs[0], bytes);
            } else {
                long origin = c.readableRun(c.base[segment] + from & linearMask);
                if (origin == 0 || flushes != c.flushes()) {
                    return 0;
                }
                HostRuns.copy(origin, target, size, bytes);
                advance(c, 6, bytes);
            }
            advance(c, 7, bytes);
            return n;
        }

        private long room(long bytes, long offset, long base) {
            long inPage = 4096 - (base + offset & 0xfff);
            long r = Math.min(bytes, inPage);
            return mask == -1 ? r : Math.min(r, mask - offset + 1);
        }
    }

    record Once(Element element) implements Op {
        @Override
        public void exec(X86Vcpu c) {
            element.once(c);
        }
    }

    /**
     * With REP.
     *
     * @param compare 0, or what CMPS and SCAS go on for: 0xf3 while equal, 0xf2 while not
     */
    record Repeated(Element element, int compare, int target, int next, long mask)
            implements Branch {
        @Override
        public boolean taken(X86Vcpu c) {
            long countMask = element.mask;
            while (true) {
                long count = c.regs[1] & countMask;
                if (count == 0) {
                    return false;
                }
                long done = element.many(c, count);
                if (done == 0) {
                    element.once(c);
                    done = 1;
                }
                long left = count - done;
                c.regs[1] = countMask == 0xffff ? (c.regs[1] & ~countMask) | left : left;
                if (left == 0 || (compare != 0 && c.zero() != (compare == 0xf3))) {
                    return false;
                }
                if (c.stop || c.attention != 0) {
                    return true;
                }
            }
        }
    }

    // ---- factory --------------------------------------------------------------------------

    static Op of(Instruction in) {
        int kind =
                switch (in.opcode & 0xfe) {
                    case 0xa4 -> MOVS;
                    case 0xa6 -> CMPS;
                    case 0xaa -> STOS;
                    case 0xac -> LODS;
                    case 0xae -> SCAS;
                    case 0x6c -> INS;
                    default -> OUTS;
                };
        int size = kind >= INS ? Math.min(in.operandBytes, 4) : in.operandBytes;
        int segment = in.segmentOr(X86Vcpu.DS);
        Element element =
                new Element(
                        kind,
                        size,
                        segment,
                        in.addressMask(),
                        in.checked(segment),
                        in.checked(X86Vcpu.ES),
                        in.linearMask());
        if (in.repeat == 0) {
            return new Once(element);
        }
        boolean compares = kind == CMPS || kind == SCAS;
        return new Repeated(element, compares ? in.repeat : 0, in.start, in.next, in.linearMask());
    }
}
