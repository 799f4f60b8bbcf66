package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.cpu.CpuRequest;
import dev.ferry.vmm.cpu.VcpuExit;
import org.jspecify.annotations.Nullable;

/** The loop: block after block, and what may come between two of them. */
final class Executor {

    private final X86Vcpu cpu;
    private final HotCode hotCode;
    private final int hotThreshold;
    private String failure = "";

    Executor(X86Vcpu cpu, int hotThreshold) {
        this.cpu = cpu;
        this.hotThreshold = hotThreshold;
        hotCode = new HotCode(cpu.blocks, hotThreshold / 4);
    }

    String failure() {
        return failure;
    }

    VcpuExit run() {
        while (true) {
            try {
                return guest();
            } catch (CpuFault e) {
                if (!cpu.interrupts.raise(e)) {
                    cpu.note("triple fault at rip 0x" + Long.toHexString(cpu.rip));
                    return VcpuExit.SHUTDOWN;
                }
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                failure = "interpreter at rip 0x" + Long.toHexString(cpu.rip) + ": unexpected " + e;
                cause = e;
                return VcpuExit.FAILED;
            }
        }
    }

    /** For tests and debuggers. */
    @Nullable Throwable cause;

    private VcpuExit guest() {
        BlockCache blocks = cpu.blocks;
        while (true) {
            if (cpu.attention != 0) {
                VcpuExit exit = between();
                if (exit != null) {
                    return exit;
                }
                continue;
            }
            Block block = blocks.find();
            HotLoop hot = block.hot;
            if (hot != null
                    && cpu.rip >= block.lowestRip
                    && cpu.rip <= block.highestRip
                    && cpu.rip <= cpu.codeLimit - block.lastByte) {
                hot.run(cpu);
                continue;
            }
            if (++block.count == hotThreshold) {
                hotCode.make(block);
            }
            step(block);
        }
    }

    /** Interprets one block. */
    private void step(Block block) {
        X86Vcpu c = cpu;
        Op[] ops = block.ops;
        int i = 0;
        try {
            while (i < ops.length) {
                ops[i++].exec(c);
                if (c.stop) {
                    c.stop = false;
                    if (i < ops.length) {
                        c.rip = c.rip + block.starts[i] & c.ripMask;
                        return;
                    }
                }
            }
        } catch (CpuFault e) {
            c.rip = c.rip + block.starts[i - 1] & c.ripMask;
            c.stop = false;
            throw e;
        }
        if (!block.jumps) {
            c.rip = c.rip + block.length() & c.ripMask;
        }
    }

    /**
     * Deals with what somebody wants attention for.
     *
     * @return why to leave, or null to go on
     */
    private @Nullable VcpuExit between() {
        X86Vcpu c = cpu;
        if (c.takeAttention()) {
            if (c.requests != 0 || c.shadow || (c.flags & Flags.TF) != 0 || c.halted) {
                c.attend();
            }
            return VcpuExit.KICKED;
        }
        c.dropWanted();
        int requests = c.requests;
        if ((requests & CpuRequest.INIT) != 0) {
            c.lower(CpuRequest.INIT);
            c.interrupts.init();
            c.attend();
            return null;
        }
        if (c.waitForSipi) {
            if ((requests & CpuRequest.SIPI) == 0) {
                c.attend();
                return VcpuExit.HALTED;
            }
            c.lower(CpuRequest.SIPI);
            c.interrupts.startUp();
            return null;
        }
        c.lower(CpuRequest.SIPI);
        if (c.shadow) {
            c.shadow = false;
            c.attend();
            trapped();
            return null;
        }
        if ((requests & CpuRequest.SMI) != 0) {
            c.lower(CpuRequest.SMI);
            c.note("system management interrupt: there is no system management mode");
        }
        if ((requests & CpuRequest.NMI) != 0 && !c.nmiInService) {
            c.lower(CpuRequest.NMI);
            c.halted = false;
            c.nmiInService = true;
            c.interrupts.external(CpuFault.NMI);
            return null;
        }
        if ((requests & CpuRequest.HARD) != 0 && (c.flags & Flags.IF) != 0) {
            c.leaveGuest();
            int vector;
            try {
                vector = c.host.acknowledgeInterrupt(c);
            } finally {
                c.enterGuest();
            }
            if (vector >= 0) {
                c.halted = false;
                c.interrupts.external(vector);
                return null;
            }
        }
        if (c.halted) {
            c.attend();
            return VcpuExit.HALTED;
        }
        if ((c.flags & Flags.TF) != 0) {
            c.attend();
            trapped();
        }
        return null;
    }

    /** One instruction, and a #DB after it if TF was set before it. */
    private void trapped() {
        boolean trap = (cpu.flags & Flags.TF) != 0;
        step(cpu.blocks.single());
        if (trap) {
            cpu.dr[6] |= 1 << 14;
            throw cpu.fault(CpuFault.DB, 0);
        }
    }
}
