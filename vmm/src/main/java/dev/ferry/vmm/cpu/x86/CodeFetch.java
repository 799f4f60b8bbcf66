package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.PhysicalMemory;

/** Instruction bytes by linear address, page by page. */
final class CodeFetch {

    private final X86Vcpu cpu;
    private final PhysicalMemory memory;
    private long linearPage = 1;
    private long physicalPage;
    private long host;
    private boolean encrypted;
    private long last;

    CodeFetch(X86Vcpu cpu) {
        this.cpu = cpu;
        this.memory = cpu.memory;
    }

    /**
     * Looks at memory anew.
     *
     * @param lastLinear where the code segment ends
     */
    void begin(long lastLinear) {
        linearPage = 1;
        last = lastLinear;
    }

    /** The physical page that {@link #at} last read from. */
    long physicalPage() {
        return physicalPage;
    }

    /** Whether that page is memory. */
    boolean isMemory() {
        return host != 0;
    }

    /**
     * The byte at an address.
     *
     * @throws CpuFault #PF, or #GP beyond the segment's limit
     */
    int at(long linear) {
        if (linear > last) {
            throw cpu.fault(CpuFault.GP, 0);
        }
        long address = cpu.wrap(linear);
        if ((address & GuestMemory.PAGE) != linearPage) {
            turn(address);
        }
        int offset = (int) (address & 0xfff);
        if (host != 0) {
            return HostMemory.getByte(host + offset) & 0xff;
        }
        // Others may have to be waited for, and must not have to wait for this one.
        cpu.leaveGuest();
        try {
            return (int) memory.load(physicalPage | offset, 1, encrypted);
        } finally {
            cpu.enterGuest();
        }
    }

    private void turn(long address) {
        linearPage = 1;
        encrypted = cpu.encryptedGuest();
        boolean dropped;
        do {
            physicalPage = cpu.translate(address, Access.FETCH, cpu.cpl == 3);
            cpu.leaveGuest();
            try {
                host = memory.readable(physicalPage, encrypted);
                if (host != 0) {
                    cpu.blocks.watch(physicalPage);
                    host = memory.readable(physicalPage, encrypted);
                }
            } finally {
                dropped = cpu.enterGuest();
            }
        } while (dropped);
        linearPage = address & GuestMemory.PAGE;
    }

    CpuFault tooLong() {
        return cpu.fault(CpuFault.GP, 0);
    }
}
