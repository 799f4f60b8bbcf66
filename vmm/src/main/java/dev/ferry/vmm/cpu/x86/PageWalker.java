package dev.ferry.vmm.cpu.x86;

import dev.ferry.vmm.memory.HostMemory;
import dev.ferry.vmm.memory.PhysicalMemory;

/**
 * Page tables: two levels of 32-bit entries (with 4 MiB pages), PAE, four levels in long mode.
 *
 * <p>Rights of all levels are combined, then accessed and dirty bits are set as by a locked
 * instruction. In an encrypted guest entries are read as private memory, and the C-bit of the last
 * one says how the page is.
 *
 * <p>Source: Intel SDM volume 3, chapter 4; AMD64 APM volume 2, chapter 5 and 15.34.5.
 */
final class PageWalker {

    private static final int PRESENT = 1;
    private static final int WRITE = 2;
    private static final int USER = 4;
    private static final int ACCESSED = 0x20;
    private static final int DIRTY = 0x40;
    private static final int LARGE = 0x80;
    private static final long NX = 1L << 63;

    /** Bits of the error code. */
    private static final int RESERVED = 8;

    private static final int FETCH = 16;

    private final X86Vcpu cpu;
    private final PhysicalMemory memory;
    private final long cBit;
    private final long physicalBits;

    private boolean encrypted;

    private long linear;
    private Access access = Access.READ;
    private boolean user;

    PageWalker(X86Vcpu cpu, PhysicalMemory memory, long cBit, int physicalWidth) {
        this.cpu = cpu;
        this.memory = memory;
        this.cBit = cBit;
        physicalBits = (1L << physicalWidth) - 1 & ~cBit;
    }

    /** Whether the last translation leads through the encryption engine. */
    boolean encrypted() {
        return encrypted;
    }

    /**
     * The physical address of the page that a linear address is in.
     *
     * @throws CpuFault #PF; #GP for an address that is not canonical
     */
    long translate(long address, Access kind, boolean asUser) {
        linear = address;
        access = kind;
        user = asUser;
        encrypted = cBit != 0;
        if ((cpu.cr0 & X86Vcpu.CR0_PG) == 0) {
            return address & 0xfffff000L & cpu.a20Mask;
        }
        long page;
        if ((cpu.efer & X86Vcpu.EFER_LMA) != 0) {
            if (address << 16 >> 16 != address) {
                throw cpu.fault(CpuFault.GP, 0);
            }
            page = walkLong(cpu.cr3 & physicalBits & ~0xfffL);
        } else if ((cpu.cr4 & X86Vcpu.CR4_PAE) != 0) {
            page = walkPae();
        } else {
            page = walk32();
        }
        return page & cpu.a20Mask;
    }

    private long walkLong(long table) {
        long rights = WRITE | USER;
        long noExecute = 0;
        long at = table;
        for (int shift = 39; ; shift -= 9) {
            long place = at + (linear >>> shift & 511) * 8;
            long entry = entry64(place);
            if ((entry & PRESENT) == 0) {
                throw notPresent();
            }
            checkReserved(entry, shift);
            rights &= entry;
            noExecute |= entry & NX;
            boolean last = shift == 12 || (shift <= 30 && (entry & LARGE) != 0);
            if (last) {
                checkRights(rights, noExecute != 0);
                touch64(place, entry, access == Access.WRITE ? ACCESSED | DIRTY : ACCESSED);
                return page(entry, shift);
            }
            touch64(place, entry, ACCESSED);
            at = entry & physicalBits & ~0xfffL;
        }
    }

    private long walkPae() {
        long pointer = entry64((cpu.cr3 & 0xffffffe0L) + (linear >>> 30 & 3) * 8);
        if ((pointer & PRESENT) == 0) {
            throw notPresent();
        }
        if (((pointer & ~(physicalBits | cBit)) | (pointer & 0x1e6)) != 0) {
            throw pageFault(PRESENT | RESERVED);
        }
        long rights = WRITE | USER;
        long noExecute = 0;
        long at = pointer & physicalBits & ~0xfffL;
        for (int shift = 21; ; shift -= 9) {
            long place = at + (linear >>> shift & 511) * 8;
            long entry = entry64(place);
            if ((entry & PRESENT) == 0) {
                throw notPresent();
            }
            checkReserved(entry, shift);
            rights &= entry;
            noExecute |= entry & NX;
            if (shift == 12 || (entry & LARGE) != 0) {
                checkRights(rights, noExecute != 0);
                touch64(place, entry, access == Access.WRITE ? ACCESSED | DIRTY : ACCESSED);
                return page(entry, shift);
            }
            touch64(place, entry, ACCESSED);
            at = entry & physicalBits & ~0xfffL;
        }
    }

    private long walk32() {
        long place = (cpu.cr3 & 0xfffff000L) + (linear >>> 22 & 1023) * 4;
        int entry = entry32(place);
        if ((entry & PRESENT) == 0) {
            throw notPresent();
        }
        int dirty = access == Access.WRITE ? ACCESSED | DIRTY : ACCESSED;
        if ((entry & LARGE) != 0 && (cpu.cr4 & X86Vcpu.CR4_PSE) != 0) {
            if ((entry & 1 << 21) != 0) {
                throw pageFault(PRESENT | RESERVED);
            }
            checkRights(entry, false);
            touch32(place, entry, dirty);
            long high = (long) (entry >>> 13 & 0xff) << 32;
            return (high | (entry & 0xffc00000L) | (linear & 0x3ff000)) & physicalBits;
        }
        touch32(place, entry, ACCESSED);
        long place2 = (entry & 0xfffff000L) + (linear >>> 12 & 1023) * 4;
        int entry2 = entry32(place2);
        if ((entry2 & PRESENT) == 0) {
            throw notPresent();
        }
        checkRights(entry & entry2, false);
        touch32(place2, entry2, dirty);
        return entry2 & 0xfffff000L;
    }

    private long page(long entry, int shift) {
        encrypted = cBit != 0 && (access == Access.FETCH || (entry & cBit) != 0);
        long offset = (1L << shift) - 1;
        return ((entry & physicalBits & ~offset) | (linear & offset)) & ~0xfffL;
    }

    private void checkReserved(long entry, int shift) {
        long bad = entry & ~(physicalBits | cBit | 0xfff0_0000_0000_0000L);
        if ((entry & NX) != 0 && (cpu.efer & X86Vcpu.EFER_NXE) == 0) {
            bad |= NX;
        }
        if ((cpu.efer & X86Vcpu.EFER_LMA) == 0) {
            bad |= entry & 0x7ff0_0000_0000_0000L;
        }
        if ((entry & LARGE) != 0) {
            bad |= shift == 39 ? LARGE : shift > 12 ? entry & (1L << shift) - 1 & ~0x1fffL : 0;
        }
        if (bad != 0) {
            throw pageFault(PRESENT | RESERVED);
        }
    }

    private void checkRights(long rights, boolean noExecute) {
        boolean userPage = (rights & USER) != 0;
        boolean denied;
        if (user) {
            denied = !userPage || (access == Access.WRITE && (rights & WRITE) == 0);
        } else {
            denied =
                    access == Access.WRITE
                            && (rights & WRITE) == 0
                            && (cpu.cr0 & X86Vcpu.CR0_WP) != 0;
            if (userPage) {
                denied |=
                        access == Access.FETCH
                                ? (cpu.cr4 & X86Vcpu.CR4_SMEP) != 0
                                : (cpu.cr4 & X86Vcpu.CR4_SMAP) != 0 && (cpu.flags & Flags.AC) == 0;
            }
        }
        denied |= noExecute && access == Access.FETCH;
        if (denied) {
            throw pageFault(PRESENT);
        }
    }

    private CpuFault notPresent() {
        return pageFault(0);
    }

    private CpuFault pageFault(int bits) {
        int error = bits | (access == Access.WRITE ? WRITE : 0) | (user ? USER : 0);
        if (access == Access.FETCH && instructionBit()) {
            error |= FETCH;
        }
        cpu.cr2 = linear;
        return cpu.fault(CpuFault.PF, error);
    }

    private boolean instructionBit() {
        return (cpu.cr4 & X86Vcpu.CR4_SMEP) != 0
                || ((cpu.efer & X86Vcpu.EFER_NXE) != 0 && (cpu.cr4 & X86Vcpu.CR4_PAE) != 0);
    }

    // ---- entries --------------------------------------------------------------------------

    private long entry64(long place) {
        long address = place & cpu.a20Mask;
        long host = memory.readable(address & ~0xfffL, cBit != 0);
        return host == 0 ? slowLoad(address, 8) : HostMemory.getLong(host + (address & 0xfff));
    }

    private int entry32(long place) {
        long address = place & cpu.a20Mask;
        long host = memory.readable(address & ~0xfffL, cBit != 0);
        return host == 0 ? (int) slowLoad(address, 4) : HostMemory.getInt(host + (address & 0xfff));
    }

    /** Sets bits where they are not set yet; a race with another vCPU means to look again. */
    private void touch64(long place, long entry, int bits) {
        if ((entry & bits) == bits) {
            return;
        }
        long address = place & cpu.a20Mask;
        long host = memory.writable(address & ~0xfffL, cBit != 0);
        if (host == 0) {
            slowStore(address, 8, entry | bits);
        } else {
            HostMemory.LONG_ATOMIC.getAndBitwiseOr(
                    HostMemory.ALL, host + (address & 0xfff), (long) bits);
        }
    }

    private void touch32(long place, int entry, int bits) {
        if ((entry & bits) == bits) {
            return;
        }
        long address = place & cpu.a20Mask;
        long host = memory.writable(address & ~0xfffL, cBit != 0);
        if (host == 0) {
            slowStore(address, 4, (entry | bits) & 0xffffffffL);
        } else {
            HostMemory.INT_ATOMIC.getAndBitwiseOr(HostMemory.ALL, host + (address & 0xfff), bits);
        }
    }

    /** Others may have to be waited for, and must not have to wait for this one. */
    private long slowLoad(long address, int size) {
        cpu.leaveGuest();
        try {
            return memory.load(address, size, cBit != 0);
        } finally {
            cpu.enterGuest();
        }
    }

    private void slowStore(long address, int size, long value) {
        cpu.leaveGuest();
        try {
            memory.store(address, size, value, cBit != 0);
        } finally {
            cpu.enterGuest();
        }
    }
}
